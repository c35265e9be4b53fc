"""A detector of unusual rows that needs no labels: one algorithm with fixed settings, exported as one ONNX graph.

In: rows of numbers, (n, features). Out: a score a row, the higher the more unusual; 0 on average over the rows it was fitted to. Three
views that fail on different data, each in units of its own deviation, are averaged: how few random cuts set a row apart (`forest`), how far
its neighbours are (`neighbours`), and how far out in the tails its single values lie (`tails`).

Chosen among seven on the 21 sets of `train.compare_outliers`, each tried once with these settings (mean AUROC there, of three seeds): the
forest alone 0.790, with random combinations of features 0.790, with neighbours 0.794, with tails 0.789, with both 0.795, with both by rank
0.793, with both and Mahalanobis' distance 0.792. They differ by little more than chance; that the three fail on different data decided.
"""
