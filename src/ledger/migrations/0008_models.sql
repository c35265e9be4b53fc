-- Models: which serve, which are on trial, and what the latter would have done.

CREATE TABLE models_in_force (
    task TEXT PRIMARY KEY,
    -- name@version; the one before is empty where there was none.
    champion TEXT NOT NULL,
    before TEXT NOT NULL DEFAULT '',
    -- On trial; empty where none is.
    challenger TEXT NOT NULL DEFAULT '',
    -- shadow: beside the champion, heard by nobody. canary: in the champion's place.
    part TEXT NOT NULL DEFAULT '',
    -- Of so many uploads in a thousand.
    share BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL
);

-- Never again to serve.
CREATE TABLE models_retired (
    model TEXT PRIMARY KEY,
    retired_at BIGINT NOT NULL
);

-- Documents that a challenger saw as well, and what it would have made of them.
CREATE TABLE trials (
    task TEXT NOT NULL,
    champion TEXT NOT NULL,
    challenger TEXT NOT NULL,
    upload TEXT NOT NULL,
    -- Of the upload's documents, counted from 0.
    place BIGINT NOT NULL,
    part TEXT NOT NULL,
    -- The document that the champion made of it; NULL where it made none.
    document TEXT,
    at BIGINT NOT NULL,
    -- JSON: what each made of it, and what it took.
    compared TEXT NOT NULL,
    PRIMARY KEY (task, champion, challenger, upload, place)
);
CREATE INDEX trials_by_time ON trials (task, at);

-- What came in a week.
CREATE TABLE weeks (
    -- Its Monday, as days since 1970.
    week BIGINT NOT NULL,
    -- class, carrier or customer
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    documents BIGINT NOT NULL,
    -- Billed without anybody's hand.
    straight BIGINT NOT NULL,
    -- Sum of the confidences of their classes, in thousandths.
    confidence BIGINT NOT NULL,
    PRIMARY KEY (week, kind, name)
);
