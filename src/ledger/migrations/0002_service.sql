-- Several workers beside a broker: who works on what, what became of each object, and which events nobody wanted.

-- Who works on which object or does which chore, so that no two workers do it at once. A lease that is not kept up runs out.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX leases_by_holder ON leases (holder);

-- The latest change of each object that a notice told of: notices come late and twice, and a sweep looks for objects without one.
CREATE TABLE objects (
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    -- Where the store numbers changes.
    sequencer TEXT,
    removed BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (bucket, object_key)
);

-- When the broker last had no queue for an event; it is offered again.
ALTER TABLE outbox ADD COLUMN returned_at BIGINT;
DROP INDEX outbox_pending;
CREATE INDEX outbox_pending ON outbox (seq) WHERE published_at IS NULL AND returned_at IS NULL;
CREATE INDEX outbox_returned ON outbox (type, seq) WHERE returned_at IS NOT NULL;

-- How far a sweep of a bucket has come; it goes on there after a restart.
CREATE TABLE sweeps (
    bucket TEXT NOT NULL,
    prefix TEXT NOT NULL,
    after_key TEXT NOT NULL,
    PRIMARY KEY (bucket, prefix)
);
