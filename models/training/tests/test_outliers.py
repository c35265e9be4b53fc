"""The detector without labels, and that the graph which the worker runs is the same."""

import unittest

import numpy as np
import onnxruntime

from train.outliers import detector, export


def _rows(seed: int, count: int = 3000) -> np.ndarray:
    """Two heaps, a feature of few values, one that never changes and one of another magnitude."""
    rng = np.random.default_rng(seed)
    heaps = rng.normal(0, 1, (count, 3)) + 6 * (rng.random((count, 1)) < 0.3)
    return np.column_stack([heaps, rng.integers(0, 3, count), np.full(count, 7.0), rng.lognormal(9, 1, count)])


class Outliers(unittest.TestCase):
    def setUp(self) -> None:
        self.rows = _rows(1)
        self.found = detector.fit(self.rows, seed=3)

    def test_rows_far_from_all_others_score_highest(self) -> None:
        between, beyond, usual = np.array([[3.0, 3, 3, 1, 7, 8000]]), np.array([[15.0, -9, 4, 1, 7, 8000]]), self.rows[:500]
        limit = np.quantile(self.found.score(usual), 0.75)
        self.assertGreater(self.found.score(beyond)[0], self.found.score(usual).max())
        self.assertGreater(self.found.score(between)[0], limit)

    def test_the_graph_gives_the_scores_of_the_detector_on_rows_it_never_saw(self) -> None:
        model = export.graph(self.found)
        rows = np.concatenate([_rows(2), 40 * _rows(3, 50)]).astype(np.float32)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        self.assertLess(np.abs(session.run(None, {"features": rows})[0] - self.found.score(rows)).max(), 5e-4)
        self.assertLess(len(model.SerializeToString()), 12e6)

    def test_the_same_seed_gives_the_same_scores_and_another_one_nearly_the_same_order(self) -> None:
        scores = self.found.score(self.rows)
        np.testing.assert_array_equal(scores, detector.fit(self.rows, seed=3).score(self.rows))
        self.assertGreater(np.corrcoef(scores, detector.fit(self.rows, seed=4).score(self.rows))[0, 1], 0.97)

    def test_a_row_alone_and_rows_all_alike_have_a_score(self) -> None:
        for rows in (np.ones((1, 4)), np.ones((40, 4)), np.ones((2, 1))):
            self.assertTrue(np.isfinite(detector.fit(rows, seed=1).score(rows)).all())

    def test_missing_values_are_refused(self) -> None:
        with self.assertRaises(ValueError):
            detector.fit(np.array([[1.0, np.nan]]), seed=1)


if __name__ == "__main__":
    unittest.main()
