"""Lines of text for the recogniser, with what truly stands on them."""

import random
import unittest

import numpy as np

from train.lines import text_on
from train.recogniser import BUCKET, batch_of, distance, varied

PAGE = {"width": 1000, "height": 1000}


def word(text: str, left: float, middle: float, hand: bool = False) -> dict:
    return {"text": text, "box": [left, middle - 0.01, left + 0.05, middle + 0.01], "hand": hand}


def line(angle: float = 0.0) -> dict:
    return {"centre": [200, 500], "length": 300, "height": 30, "angle": angle}


class TextOn(unittest.TestCase):
    def read(self, *words: dict, angle: float = 0.0) -> tuple[str, bool] | None:
        return text_on(line(angle), {**PAGE, "words": list(words)})

    def test_words_are_read_along_the_line_and_those_of_other_lines_are_left_out(self) -> None:
        self.assertEqual(self.read(word("ctns", 0.2, 0.5, hand=True), word("24", 0.1, 0.5), word("below", 0.1, 0.56), word("beside", 0.5, 0.5)), ("24 ctns", True))

    def test_a_line_that_cuts_a_word_is_not_used(self) -> None:
        self.assertIsNone(self.read(word("24", 0.1, 0.5), word("cut", 0.325, 0.5)))
        self.assertIsNone(self.read(word("24", 0.1, 0.5), word("between", 0.2, 0.514)))

    def test_a_leaning_line_holds_the_words_that_lean_with_it(self) -> None:
        lean = 0.1
        words = [word(text, x - 0.025, 0.5 + (x - 0.2) * lean) for text, x in (("one", 0.1), ("two", 0.2), ("three", 0.3))]
        self.assertEqual(self.read(*words, angle=lean), ("one two three", False))

    def test_a_line_without_words_teaches_nothing(self) -> None:
        self.assertIsNone(self.read(word("below", 0.1, 0.56)))


class Pictures(unittest.TestCase):
    def test_a_varied_line_keeps_its_size_and_differs(self) -> None:
        picture = np.full((48, 200), 255, np.uint8)
        picture[10:40, 50:60] = 0
        other = varied(picture, random.Random(1))
        self.assertEqual((other.shape, other.dtype), (picture.shape, picture.dtype))
        self.assertTrue((other != picture).any())

    def test_a_batch_is_as_wide_as_its_widest_line_and_gray_behind_the_others(self) -> None:
        batch = batch_of([np.zeros((48, 40), np.uint8), np.full((48, 70), 255, np.uint8)])
        self.assertEqual(tuple(batch.shape), (2, 3, 48, 96))
        self.assertEqual(batch.shape[3] % BUCKET, 0)
        self.assertEqual([batch[0, 0, 0, 0].item(), batch[0, 0, 0, 50].item(), batch[1, 0, 0, 50].item()], [-1.0, 0.0, 1.0])

    def test_the_distance_counts_changes_insertions_and_omissions(self) -> None:
        self.assertEqual([distance(*pair) for pair in (("abc", "abc"), ("abc", "axc"), ("abc", "abcd"), ("", "ab"))], [0, 1, 1, 2])
