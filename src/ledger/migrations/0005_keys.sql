-- Millions of shipments: each has a number, and its keys are numbers in one tree.

-- The newest shipment has the highest; it keeps it for all its versions.
ALTER TABLE shipments ADD COLUMN number BIGINT;
UPDATE shipments SET number = counted.number
FROM (SELECT tenant, id, ROW_NUMBER() OVER (ORDER BY stored_at, tenant, id) AS number FROM shipments) AS counted
WHERE counted.tenant = shipments.tenant AND counted.id = shipments.id;
CREATE UNIQUE INDEX shipments_by_number ON shipments (number);
INSERT INTO heads (log, seq, hash) SELECT 'shipments', COALESCE(MAX(number), 0), '' FROM shipments;

-- The keys of the newest version of each shipment. Several keys may fall on one place: a candidate is compared in any case.
DROP TABLE shipment_keys;
CREATE TABLE shipment_keys (
    -- Hash of the tenant and of all but the end of the key.
    head INTEGER NOT NULL,
    -- The end of the key, in its order, so that numbers in sequence stand together.
    tail INTEGER NOT NULL,
    -- shipments.number: in this order the newest shipments of a key stand together.
    shipment BIGINT NOT NULL,
    PRIMARY KEY (head, tail, shipment)
);

-- One row: by which scheme the keys were made, and how far. Where a newer program uses another, it makes them anew.
CREATE TABLE key_scheme (
    scheme BIGINT NOT NULL,
    -- Shipments up to this number have their keys…
    done BIGINT NOT NULL,
    -- …and up to this one they have to be made; later ones are stored with theirs.
    until BIGINT NOT NULL
);
INSERT INTO key_scheme (scheme, done, until) VALUES (0, 0, 0);

-- Documents go by the new keys of numbers: look-alike characters folded.
INSERT INTO document_keys (tenant, match_key, document)
SELECT tenant, 'id:' || SUBSTR(match_key, 5), document FROM document_keys WHERE match_key LIKE 'idf:%'
ON CONFLICT DO NOTHING;
