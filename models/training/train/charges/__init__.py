"""The `charges` model: a billed line in numbers → the chances that it is anomalous and that it will be disputed.

Learned from what reviewers said of drawn histories (`history`), with features that the worker computes (`countersign charge-features`).
Lines of several histories, each a world of its own, train; another history calibrates; yet others measure, by lines of customers or carriers
that are held out and that were billed after the end of training.
"""
