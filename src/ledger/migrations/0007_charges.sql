-- Charges: what is usual, and what was told of them.

-- How often something was billed in a month: see src/charges/habits.rs.
CREATE TABLE habits (
    tenant TEXT NOT NULL,
    -- The group, and the kind of charge.
    habit TEXT NOT NULL,
    -- Months since the year 0.
    month BIGINT NOT NULL,
    -- The step of the amount's logarithm; -1 of shipments.
    step BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (tenant, habit, month, step)
);

-- 1 where the charges of the version that is stored are counted: those that were stored before are not.
ALTER TABLE shipments ADD COLUMN counted BIGINT NOT NULL DEFAULT 0;

-- Hash of the charges that the last event about the document scored; empty where there were none.
ALTER TABLE documents ADD COLUMN scored TEXT NOT NULL DEFAULT '';
