"""What the fields model is shown of signatures."""

import random
import unittest

from train import fields, noise


def page(*marks: tuple[str, str | None, list[float]]) -> dict:
    return {"words": [], "marks": [{"kind": kind, "role": role, "box": box} for kind, role, box in marks]}


class SeenInk(unittest.TestCase):
    def test_most_pages_show_who_signed_and_some_show_nothing(self) -> None:
        signed = page(("signature", "driver", [0.1, 0.8, 0.3, 0.84]), ("stamp", "consignee", [0.5, 0.5, 0.7, 0.6]))
        seen = [noise.seen_ink(signed, random.Random(seed)) for seed in range(200)]
        self.assertTrue(20 < sum(not one for one in seen) < 90)
        self.assertEqual({ink["field"] for one in seen for ink in one}, {"signature_driver"})

    def test_ink_of_several_that_is_seen_as_one_is_the_receivers(self) -> None:
        touching = page(("signature", "driver", [0.1, 0.8, 0.3, 0.84]), ("signature", "consignee", [0.2, 0.82, 0.4, 0.86]))
        alone = [one for one in (noise.seen_ink(touching, random.Random(seed)) for seed in range(200)) if len(one) == 1 and one[0]["box"][2] > 0.37]
        alone = [one for one in alone if one[0]["box"][0] < 0.13]
        self.assertTrue(alone)
        self.assertEqual({one[0]["field"] for one in alone}, {"signature_consignee"})

    def test_what_was_signed_stands_behind_the_words_that_there_is_room_for(self) -> None:
        words = [{"field": "pro_number", "begin": True, "hand": False}, {"field": None, "begin": False, "hand": False}]
        field, _, hand = fields.labels({"words": words, "signed": ["signature_consignee"]}, 2)
        self.assertEqual([fields.FIELDS[one - 1] for one in field], ["pro_number", "signature_consignee"])
        self.assertEqual(list(hand), [0.0, 1.0])


if __name__ == "__main__":
    unittest.main()
