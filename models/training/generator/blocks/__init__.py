"""Blocks that forms are put together from. Each draws at a place in one of several archetypes and returns where it ends."""
