-- Papers that cover several shipments: each of them has a share of its own, the first one the paper itself.

-- The paper that it is a share of.
ALTER TABLE documents ADD COLUMN share_of TEXT;
CREATE INDEX documents_by_share ON documents (share_of) WHERE share_of IS NOT NULL;

-- Nothing was ever written there: what a paper looks like stands in its JSON.
ALTER TABLE documents DROP COLUMN looks;
