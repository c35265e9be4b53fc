"""What a reader gave for a page, with the truth carried over."""

import unittest

from train.readings import labelled


def true(text: str, left: float, right: float, field: str | None, begin: bool = False) -> dict:
    return {"text": text, "box": [left, 0.5, right, 0.51], "field": field, "begin": begin, "hand": False}


def read(text: str, left: float, right: float, top: float = 0.494) -> dict:
    return {"text": text, "box": [left, top, right, top + 0.018], "line": 0, "confidence": 0.9}


class Labelled(unittest.TestCase):
    TRUTH = [true("PRO#", 0.1, 0.14, None), true("123-456782", 0.15, 0.25, "pro_number", True)]

    def fields(self, *words: dict) -> list[tuple]:
        return [(word["field"], word["begin"]) for word in labelled(list(words), self.TRUTH)]

    def test_a_word_has_the_field_of_the_true_one_in_its_place(self) -> None:
        self.assertEqual(self.fields(read("PRO#", 0.1, 0.14), read("123-4S6782", 0.15, 0.25)), [(None, False), ("pro_number", True)])

    def test_a_label_run_into_its_value_is_the_value(self) -> None:
        self.assertEqual(self.fields(read("PRO#123-456782", 0.1, 0.25)), [("pro_number", True)])

    def test_a_value_read_in_two_pieces_begins_once(self) -> None:
        self.assertEqual(self.fields(read("123", 0.15, 0.18), read("456782", 0.19, 0.25)), [("pro_number", True), ("pro_number", False)])

    def test_what_stands_for_nothing_has_no_field(self) -> None:
        self.assertEqual(self.fields(read("Jd", 0.2, 0.25, 0.7)), [(None, False)])
