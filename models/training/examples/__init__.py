"""Examples for people who train models of their own: one file each, to be copied and changed."""
