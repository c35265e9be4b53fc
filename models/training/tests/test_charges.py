"""The charges model: labels that are wrong now and then, lines with their truth, and that the graph which the worker runs is the same."""

import unittest

import numpy as np
import onnxruntime

from train.charges import export, learn, lines

FEATURES = 6
FEW_TREES = {"max_iter": 60, "max_leaf_nodes": 8}


def _drawn(seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, what is true of them and what a reviewer says; a third of the first feature's values are alike."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 1, (count, FEATURES)).astype(np.float32)
    features[rng.random(count) < 0.3, 0] = 0
    true = rng.random(count) < learn.chance(3 * features[:, 0] + 2 * features[:, 1] - 3)
    return features, true, (true ^ (rng.random(count) < learn.FLIPPED)).astype(float)


def _line(number: int, amount: str = "60.00", **other: object) -> dict:
    told = {"anomalous": False, "kind": None, "hard_negative": None, "label": None, "label_at": None, "disputed": False, "split": "train"}
    return {"shipment": "S1", "invoice_no": "7", "line": number, "amount": amount, "expected": "50.00", "risk": 0.0} | told | other


class Charges(unittest.TestCase):
    def test_a_chance_of_the_label_is_put_right(self) -> None:
        np.testing.assert_allclose(learn.corrected(np.array([0, 0.03, 0.5, 0.97, 1])), [0, 0, 0.5, 1, 1], atol=1e-9)

    def test_a_label_against_all_odds_is_hardly_believed(self) -> None:
        sure, doubtful = learn.believed(np.array([0.001, 0.5]), np.array([1.0, 1.0]))
        self.assertLess(sure, 0.05)
        self.assertAlmostEqual(doubtful, 0.97)

    def test_chances_are_those_of_the_truth_and_not_those_of_the_label(self) -> None:
        features, _, label = _drawn(1)
        more, _, more_label = _drawn(2)
        model = learn.of_labels(features, label, FEW_TREES).calibrated(more, more_label, learn.FLIPPED)
        unseen, true, _ = _drawn(3, 20000)
        chance = model(unseen)
        lower = chance < np.median(chance)
        self.assertLess(true[lower].mean(), 0.02, "where nearly all labels that say anomalous are wrong")
        for part in (lower, ~lower):
            self.assertLess(abs(chance[part].mean() - true[part].mean()), 0.015)

    def test_the_graph_gives_what_the_model_gives_on_rows_it_never_saw(self) -> None:
        features, true, label = _drawn(1)
        chances = {"anomalous": learn.of_labels(features, label, FEW_TREES), "disputed": learn.of_facts(features, true.astype(float))}
        chances["disputed"] = chances["disputed"].calibrated(features, label, 0)
        session = onnxruntime.InferenceSession(export.graph(chances, FEATURES).SerializeToString(), providers=["CPUExecutionProvider"])
        for rows in (_drawn(4)[0], features[:1], features[:0]):
            for (name, model), given in zip(chances.items(), session.run(list(chances), {"features": rows})):
                self.assertEqual(given.shape, (len(rows),))
                np.testing.assert_allclose(given, model(rows), atol=1e-5, err_msg=name)

    def test_a_threshold_in_single_precision_parts_the_same_values(self) -> None:
        for threshold in (0.1, 1 / 3, -0.7, 0.5, 0.0):
            values = np.float32(threshold) + np.spacing(np.float32(threshold)) * np.arange(-3, 4, dtype=np.float32)
            np.testing.assert_array_equal(values <= np.float32(learn.at_most(threshold)), values.astype(float) <= threshold)

    def test_every_row_finds_its_truth_and_every_truth_but_a_credit_its_row(self) -> None:
        truth = [_line(3, kind="DUP", anomalous=True, label=True, label_at="2025-01-02T03:04:00Z"), _line(2, split="test"), _line(4, "-60.00")]
        billed = {("S1", "7", number): "2025-01-01T00:00:00Z" for number in (2, 3, 4)}
        joined = lines.join(np.array([[2.0], [3.0]]), [_line(2), _line(3)], truth, billed)
        self.assertEqual(joined.anomalous.tolist(), [False, True])
        self.assertEqual(joined.held_out.tolist(), [True, False])
        self.assertEqual(joined.excess.tolist(), [10.0, 10.0])
        for seen in ([_line(2)], [_line(2), _line(5)], [_line(2), _line(3), _line(3)]):
            with self.assertRaises(ValueError):
                lines.join(np.zeros((len(seen), 1)), seen, truth, billed)

    def test_training_knows_no_label_that_came_later_and_nobody_who_is_held_out(self) -> None:
        before, after = "2025-10-01T00:00:00Z", "2025-12-01T00:00:00Z"
        truth = [_line(1, label=True, label_at=before), _line(2, label=True, label_at=after), _line(3, split="test"), _line(4)]
        billed = {("S1", "7", number): moment for number, moment in ((1, before), (2, before), (3, before), (4, after))}
        joined = lines.join(np.zeros((4, 1)), truth, truth, billed)
        self.assertEqual(lines.known(joined).is_labelled.tolist(), [True, False])
        self.assertEqual((len(lines.later(joined)), len(lines.unseen(joined)), len(lines.of_known_dispute(joined))), (1, 0, 0))


if __name__ == "__main__":
    unittest.main()
