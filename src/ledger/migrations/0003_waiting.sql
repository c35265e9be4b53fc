-- Documents whose shipment is not known: they are matched again when one arrives that shares a key with them.

CREATE TABLE waiting (
    document TEXT NOT NULL PRIMARY KEY REFERENCES documents (id),
    tenant TEXT NOT NULL,
    -- JSON: what the notice told.
    hints TEXT NOT NULL,
    since BIGINT NOT NULL
);

CREATE TABLE waiting_keys (
    tenant TEXT NOT NULL,
    match_key TEXT NOT NULL,
    document TEXT NOT NULL REFERENCES waiting (document),
    PRIMARY KEY (tenant, match_key, document)
);
CREATE INDEX waiting_keys_by_document ON waiting_keys (document);

-- How often a document was decided: with the shipments known at first, and again as more came.
ALTER TABLE documents ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
