-- The ledger. One text for SQLite and PostgreSQL: no BOOLEAN (0 and 1), times are BIGINT milliseconds since 1970, JSON is
-- TEXT, numbers that count up are given by the program.

-- One row for each object version, content and model set that work was begun on.
CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    object_version TEXT,
    etag TEXT,
    -- NULL where the bytes never came.
    sha256 TEXT,
    bytes BIGINT,
    -- JSON, one entry a task.
    models TEXT NOT NULL,
    -- started, done, duplicate, rejected
    state TEXT NOT NULL,
    reject_reason TEXT,
    -- Counted when work starts: a file that kills its worker cannot come back for ever.
    attempts BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX uploads_by_content ON uploads (sha256, state);

CREATE TABLE shipments (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    shipment TEXT NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- The keys of the newest version of each shipment.
CREATE TABLE shipment_keys (
    tenant TEXT NOT NULL,
    match_key TEXT NOT NULL,
    stored_at BIGINT NOT NULL,
    id TEXT NOT NULL,
    -- In this order the newest shipments of a key stand together.
    PRIMARY KEY (tenant, match_key, stored_at, id),
    FOREIGN KEY (tenant, id) REFERENCES shipments (tenant, id)
);
CREATE INDEX shipment_keys_by_shipment ON shipment_keys (tenant, id);

CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    -- The latest upload row that it was cut out of.
    upload TEXT NOT NULL REFERENCES uploads (id),
    class TEXT NOT NULL,
    class_confidence DOUBLE PRECISION NOT NULL,
    -- NULL where nothing matched.
    tenant TEXT,
    shipment TEXT,
    -- State of the decision.
    state TEXT NOT NULL,
    -- 1 where other models cut the upload anew and this document did not come of it.
    superseded BIGINT NOT NULL,
    -- JSON: what it is and says, enough to match and decide again without reading it again.
    document TEXT NOT NULL,
    -- JSON: where it was stored as PDF.
    stored_as TEXT,
    -- Hash of its looks.
    looks BIGINT,
    decided_at BIGINT NOT NULL
);
CREATE INDEX documents_by_upload ON documents (upload);
CREATE INDEX documents_by_shipment ON documents (tenant, shipment);

-- What each stage found, for a person who asks.
CREATE TABLE findings (
    upload TEXT NOT NULL REFERENCES uploads (id),
    seq BIGINT NOT NULL,
    -- JSON: the pages that it is about; empty for the whole upload.
    pages TEXT NOT NULL,
    stage TEXT NOT NULL,
    took_us BIGINT NOT NULL,
    found TEXT NOT NULL,
    PRIMARY KEY (upload, seq)
);

CREATE TABLE attachments (
    document TEXT NOT NULL PRIMARY KEY REFERENCES documents (id),
    tenant TEXT NOT NULL,
    shipment TEXT NOT NULL,
    stop BIGINT NOT NULL,
    -- 1 for the proof of delivery, 0 for a paper that supports a charge.
    pod BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    FOREIGN KEY (tenant, shipment) REFERENCES shipments (tenant, id)
);
-- What keeps a delivery from being billed twice.
CREATE UNIQUE INDEX one_pod_a_stop ON attachments (tenant, shipment, stop) WHERE pod = 1;
CREATE INDEX attachments_by_shipment ON attachments (tenant, shipment);

-- One row for each code of a shipment's stop, or of a document that belongs to none.
CREATE TABLE exceptions (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    severity BIGINT NOT NULL,
    owner TEXT NOT NULL,
    tenant TEXT,
    shipment TEXT,
    stop BIGINT NOT NULL,
    -- The document that raised it last.
    document TEXT NOT NULL REFERENCES documents (id),
    detail TEXT NOT NULL,
    -- OPEN, SUPERSEDED
    state TEXT NOT NULL,
    raised BIGINT NOT NULL,
    first_raised_at BIGINT NOT NULL,
    last_raised_at BIGINT NOT NULL
);
CREATE INDEX exceptions_by_document ON exceptions (document);

-- Every event, for ever: it is what a repeated upload is answered with.
CREATE TABLE outbox (
    seq BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    upload TEXT NOT NULL REFERENCES uploads (id),
    subject TEXT NOT NULL,
    event TEXT NOT NULL,
    committed_at BIGINT NOT NULL,
    published_at BIGINT
);
CREATE INDEX outbox_pending ON outbox (seq) WHERE published_at IS NULL;
CREATE INDEX outbox_by_upload ON outbox (upload);
CREATE INDEX outbox_by_subject ON outbox (subject);

-- Append-only; each hash covers the entry and the hash before it.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject);

-- The last number of each log, and the last hash of the audit trail: shows when its tail was cut off.
CREATE TABLE heads (
    log TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO heads (log, seq, hash) VALUES ('audit', 0, ''), ('outbox', 0, '');
