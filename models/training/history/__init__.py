"""A made-up history of shipments, their papers and their accessorial charges, with exact truth (domain.md §4.5).

In: a seed and a number of shipments. Out: what a feed and the reading of papers would show (`shipments.jsonl`, `papers.jsonl`,
`profiles.json`), and apart from it what nobody sees (`truth.jsonl`). Figures whose source is not named are from domain.md §4.5;
those that it does not give say so and why they were chosen.
"""
