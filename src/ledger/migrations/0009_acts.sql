-- When a person last did something about the document that no decision has followed yet.
ALTER TABLE documents ADD COLUMN acted_at BIGINT;
CREATE INDEX documents_acted_about ON documents (acted_at) WHERE acted_at IS NOT NULL;
