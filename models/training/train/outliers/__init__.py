"""A detector of unusual rows that needs no labels: one algorithm with fixed settings, exported as one ONNX graph.

In: rows of numbers, (n, features). Out: a score a row, the higher the more unusual; 0 on average over the rows it was fitted to. Three
views that fail on different data, each in units of its own deviation, are averaged: how few random cuts set a row apart (`forest`), how far
its neighbours are (`neighbours`), and how far out in the tails its single values lie (`tails`).
"""
