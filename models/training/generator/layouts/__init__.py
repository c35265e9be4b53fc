"""Layout grammars: from facts, a family's style and what was filled in to a page."""
