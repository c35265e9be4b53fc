"""Confidence curves: honest where much was seen, cautious where little was, and written where the worker looks for them."""

import tempfile
import tomllib
import unittest
from pathlib import Path
from random import Random

import numpy as np

from train import calibrate


class Curves(unittest.TestCase):
    def test_a_field_that_is_right_less_often_than_it_says_is_said_less_surely(self) -> None:
        rng = Random(1)
        pairs = [[0.95, rng.random() < 0.7] for _ in range(400)] + [[0.6, rng.random() < 0.4] for _ in range(400)]
        curve = dict(calibrate.curves({"weight": pairs})["weight"])
        self.assertAlmostEqual(curve[0.95], 0.7, delta=0.05)
        self.assertAlmostEqual(curve[0.6], 0.4, delta=0.06)

    def test_every_curve_rises(self) -> None:
        rng = Random(2)
        judged = {name: [[rng.random(), rng.random() < 0.5] for _ in range(count)] for name, count in (("pieces", 3), ("total", 40), ("scac", 0))}
        for points in calibrate.curves(judged).values():
            heights = [height for _, height in points]
            self.assertEqual(heights, sorted(heights))

    def test_numbers_that_the_shipment_bears_out_do_not_make_the_model_look_better(self) -> None:
        borne_out, own = [[0.995, True]] * 200, [[0.9, i % 2 == 0] for i in range(40)]
        curve = dict(calibrate.curves({"pro_number": borne_out + own})["pro_number"])
        self.assertLess(curve[0.92], 0.7)

    def test_curves_take_the_place_of_earlier_ones_and_leave_the_rest_of_the_manifest(self) -> None:
        plain = "[calibration]\ntemperature = 1.0\n\n[figures]\n\"all.f1\" = 0.9\n"
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder) / "manifest.toml"
            manifest.write_text(plain)
            for height in (0.5, 0.6):
                calibrate.write(manifest, "values", {"total": [(0.1, 0.1), (0.9, height)]})
            self.assertEqual(manifest.read_text().count("[calibration.values]"), 1)
            self.assertIn("total = [[0.1, 0.1], [0.9, 0.6]]", manifest.read_text())
            calibrate.write(manifest, "values", {})
            self.assertEqual(manifest.read_text(), plain)

    def test_values_are_accepted_from_where_one_in_200_is_wrong(self) -> None:
        sure, unsure, too_few = [[0.99, i > 1] for i in range(500)], [[0.9, i > 5] for i in range(500)], [[0.999, True]] * 40
        self.assertEqual(calibrate.lowest_accepted(np.array(sure + unsure + too_few, dtype=float)), 0.99)
        self.assertIsNone(calibrate.lowest_accepted(np.array(unsure + too_few, dtype=float)))

    def test_thresholds_take_the_place_of_earlier_ones_and_leave_the_rest_of_the_manifest(self) -> None:
        plain = "[thresholds]\naccept = 0.5\n\n[calibration]\ntemperature = 1.0\n"
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder) / "manifest.toml"
            manifest.write_text(plain)
            for lowest in (0.9, 0.95):
                calibrate.write_accepted(manifest, {"total": lowest})
            told = tomllib.loads(manifest.read_text())
            self.assertEqual(told["thresholds"], {"accept": 0.5, "wrong_at_most": 0.01, "accepted": {"total": 0.95}})
            calibrate.write_accepted(manifest, {})
            self.assertEqual(manifest.read_text(), plain)
