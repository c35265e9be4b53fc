-- The life of a document after its first decision: it is decided again when a shipment, another paper, a person or time changes what
-- its decision rests on.

-- Whose shipments it looks for, and what its notice told (JSON).
ALTER TABLE documents ADD COLUMN asks_of TEXT NOT NULL DEFAULT 'default';
ALTER TABLE documents ADD COLUMN hints TEXT NOT NULL DEFAULT '{"shipment_id":null,"carrier_scac":null,"file_name":null,"received_on":null}';
-- When the upload was received: of two equally good proofs of a delivery the first one counts.
ALTER TABLE documents ADD COLUMN received_at BIGINT NOT NULL DEFAULT 0;
-- The document whose bytes it repeats.
ALTER TABLE documents ADD COLUMN copy_of TEXT;
-- The delivery stop that it is about; 0 where the shipment has one.
ALTER TABLE documents ADD COLUMN stop BIGINT NOT NULL DEFAULT 0;
-- JSON: the codes of its exceptions, with the severity of each.
ALTER TABLE documents ADD COLUMN codes TEXT NOT NULL DEFAULT '{}';
-- Until then nobody is told that no shipment is its own; NULL once its outcome was told.
ALTER TABLE documents ADD COLUMN parked_until BIGINT;
DROP INDEX documents_by_shipment;
CREATE INDEX documents_by_shipment ON documents (tenant, shipment, received_at, id);
CREATE INDEX documents_parked ON documents (parked_until) WHERE parked_until IS NOT NULL;

UPDATE documents SET received_at = decided_at;
UPDATE documents SET asks_of = tenant WHERE tenant IS NOT NULL;
UPDATE documents SET asks_of = (SELECT w.tenant FROM waiting w WHERE w.document = documents.id),
    hints = (SELECT w.hints FROM waiting w WHERE w.document = documents.id)
WHERE id IN (SELECT document FROM waiting);

UPDATE documents SET copy_of = (
    SELECT MIN(d.id) FROM documents d JOIN uploads u ON u.id = d.upload
    WHERE u.state = 'done' AND u.sha256 = (SELECT own.sha256 FROM uploads own WHERE own.id = documents.upload))
WHERE upload IN (SELECT id FROM uploads WHERE state = 'duplicate');

-- By what every document is found once a shipment that shares it arrives.
CREATE TABLE document_keys (
    tenant TEXT NOT NULL,
    match_key TEXT NOT NULL,
    document TEXT NOT NULL REFERENCES documents (id),
    PRIMARY KEY (tenant, match_key, document)
);
CREATE INDEX document_keys_by_document ON document_keys (document);
INSERT INTO document_keys (tenant, match_key, document) SELECT tenant, match_key, document FROM waiting_keys;
DROP TABLE waiting_keys;
DROP TABLE waiting;

-- What people said of a document, the last word on each matter.
CREATE TABLE rulings (
    document TEXT NOT NULL REFERENCES documents (id),
    -- shipment, or a field's name
    matter TEXT NOT NULL,
    -- A shipment's id; empty for a field.
    subject TEXT NOT NULL,
    -- is, is and the place of the stop along the way, is_not; of a field what it holds.
    says TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (document, matter, subject)
);

-- Exceptions get a life of their own, and may be about a shipment without a paper. SQLite takes no NOT NULL back: a new table.
CREATE TABLE exceptions_4 (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    severity BIGINT NOT NULL,
    owner TEXT NOT NULL,
    tenant TEXT NOT NULL,
    shipment TEXT,
    stop BIGINT NOT NULL,
    -- The document that raised it last; NULL where a paper is what is missing.
    document TEXT REFERENCES documents (id),
    detail TEXT NOT NULL,
    -- JSON: page and box that show why.
    place TEXT,
    -- OPEN, ASSIGNED, RESOLVED, WAIVED, SUPERSEDED
    state TEXT NOT NULL,
    assigned_to TEXT,
    -- Who ended it, where a person did, and why.
    ended_by TEXT,
    ended_why TEXT,
    priority DOUBLE PRECISION NOT NULL,
    -- How often it was raised.
    raised BIGINT NOT NULL,
    first_raised_at BIGINT NOT NULL,
    last_raised_at BIGINT NOT NULL,
    -- When it was opened the last time, when somebody took it on, when it ended.
    opened_at BIGINT NOT NULL,
    acted_at BIGINT,
    ended_at BIGINT
);
INSERT INTO exceptions_4 (id, code, severity, owner, tenant, shipment, stop, document, detail, state, priority, raised,
    first_raised_at, last_raised_at, opened_at)
SELECT e.id, e.code, e.severity, e.owner, COALESCE(e.tenant, d.asks_of), e.shipment, e.stop, e.document, e.detail, e.state, 0, e.raised,
    e.first_raised_at, e.last_raised_at, e.first_raised_at FROM exceptions e JOIN documents d ON d.id = e.document;
DROP TABLE exceptions;
ALTER TABLE exceptions_4 RENAME TO exceptions;
CREATE INDEX exceptions_by_document ON exceptions (document);
CREATE INDEX exceptions_by_shipment ON exceptions (tenant, shipment);
CREATE INDEX exceptions_open ON exceptions (tenant, severity, priority) WHERE state IN ('OPEN', 'ASSIGNED');

-- Which documents raise an exception: it is open as long as one does.
CREATE TABLE raised_by (
    exception TEXT NOT NULL REFERENCES exceptions (id),
    document TEXT NOT NULL REFERENCES documents (id),
    PRIMARY KEY (exception, document)
);
CREATE INDEX raised_by_document ON raised_by (document);
INSERT INTO raised_by (exception, document) SELECT id, document FROM exceptions WHERE state = 'OPEN' AND document IS NOT NULL;

-- When the proof of delivery of each delivered stop is due.
CREATE TABLE awaited_pods (
    tenant TEXT NOT NULL,
    shipment TEXT NOT NULL,
    stop BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- 1 once it is there, or somebody was told that it is not.
    settled BIGINT NOT NULL,
    PRIMARY KEY (tenant, shipment, stop)
);
CREATE INDEX awaited_pods_due ON awaited_pods (due_at) WHERE settled = 0;

-- An event may be about a shipment that has no paper, and so no upload.
CREATE TABLE outbox_4 (
    seq BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    upload TEXT REFERENCES uploads (id),
    subject TEXT NOT NULL,
    event TEXT NOT NULL,
    committed_at BIGINT NOT NULL,
    published_at BIGINT,
    returned_at BIGINT
);
INSERT INTO outbox_4 (seq, id, type, upload, subject, event, committed_at, published_at, returned_at)
SELECT seq, id, type, upload, subject, event, committed_at, published_at, returned_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_4 RENAME TO outbox;
CREATE INDEX outbox_pending ON outbox (seq) WHERE published_at IS NULL AND returned_at IS NULL;
CREATE INDEX outbox_returned ON outbox (type, seq) WHERE returned_at IS NOT NULL;
CREATE INDEX outbox_by_upload ON outbox (upload);
CREATE INDEX outbox_by_subject ON outbox (subject);
