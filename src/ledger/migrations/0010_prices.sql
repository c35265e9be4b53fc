-- More is counted of what is billed: prices, and patterns of amounts. `shipments.counted` is the counting that a shipment was last counted
-- by, see src/charges/habits.rs; workers count what earlier ones left out, here those below 2.
CREATE INDEX shipments_to_count ON shipments (tenant, id) WHERE counted < 2;
