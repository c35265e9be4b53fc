"""Marks: what training makes of the network's cells, and of the words beside them."""

import random
import unittest

import numpy as np

from train import data, marks, noise


class Marks(unittest.TestCase):
    def test_a_patch_is_of_the_likelier_kind_and_specks_are_none(self) -> None:
        chances = np.zeros((len(marks.KINDS), 20, 30), dtype=np.float32)
        chances[0, 2:5, 3:10], chances[1, 2:5, 3:10] = 0.9, 0.6
        chances[0, 10:12, 20:24], chances[1, 10:12, 20:24] = 0.5, 0.8
        chances[0, 18, 1] = 0.99
        found = {kind: box for kind, _, box in marks.marks_in(chances)}
        self.assertEqual(found, {"signature": (3, 2, 10, 5), "initials": (20, 10, 24, 12)})

    def test_a_letter_counts_for_as_much_as_a_signature_and_the_gap_between_two_for_more(self) -> None:
        def weights(*boxes: tuple[float, float, float, float]) -> np.ndarray:
            signed = [{"kind": "signature", "box": box} for box in boxes]
            cells = {"marks": np.zeros((1, 800, 800), np.uint8), "marks_words": np.zeros((1, 100, 100), np.uint8), "marks_filled": np.array([[1, 1, 0]])}
            _, _, truth = marks.page_and_truth(data.Pages(np.zeros(1), {}, [{"marks": signed}], None, **cells), 0)
            return truth[marks.HARD]

        letter = weights((0.1, 0.1, 0.13, 0.12))
        self.assertEqual((letter.max(), np.count_nonzero(letter)), (marks.MOST, 6))
        self.assertEqual(weights((0.1, 0.1, 0.3, 0.15)).max(), 0)
        touching = weights((0.1, 0.1, 0.3, 0.16), (0.1, 0.15, 0.3, 0.21))
        self.assertEqual(touching.max(), marks.WEIGHT_BETWEEN)
        self.assertEqual(np.flatnonzero(touching.max(1)).size, 1)

    def test_bits_become_planes_in_the_workers_order(self) -> None:
        planes = marks.planes(np.array([[1 | marks.NAME, 0]], dtype=np.uint8))
        self.assertEqual(planes.shape, (marks.PLANES, 1, 2))
        self.assertEqual([int(plane[0, 0]) for plane in planes], [1, 0, 0, 0, 0, 1, 0, 0])

    def test_words_may_be_mistaken_but_labels_stay(self) -> None:
        words = np.full((4, 4), 1 | marks.NAME, dtype=np.uint8)
        truth = np.zeros((len(marks.KINDS), 4, 4), dtype=np.float32)
        seen = [marks.mistaken(words, truth, np.random.default_rng(seed)) for seed in range(100)]
        self.assertTrue(any((one & marks.NAME == 0).all() for one in seen))
        self.assertTrue(all((one & marks.ASKS == 1).all() for one in seen))

    def test_words_read_still_stay_where_the_picture_shows_them(self) -> None:
        word = {"text": "Consignee", "box": [0.1, 0.1, 0.2, 0.11], "line": 0, "field": None, "begin": True, "hand": False}
        page = {"words": [word], "marks": []}
        for seed in range(50):
            for read in noise.read_page({**page, "words": [dict(word)]}, random.Random(seed), still=True)["words"]:
                left, top, right, bottom = read["box"]
                self.assertTrue(0.08 < left < right < 0.22 and 0.08 < top < bottom < 0.13, read["box"])


if __name__ == "__main__":
    unittest.main()
