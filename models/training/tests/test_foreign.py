"""Bundles made by others' tools agree with their golden files; the bad ones are right but for what they are named after."""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import onnx
import onnxruntime

from foreign import bundle, contracts, plain, wrong_answers, wrong_graphs

TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int32)": np.int32}
GOOD = {"torch-renamed", "torch-fixed-batch", "torch-fp16", "torch-int8", "torch-metadata", "sklearn-charges", "sklearn-charges-fixed", "plain-charges", "plain-page-class"}
REFUSED = {
    "bad-custom-operator": "evil.example:Telephone",
    "bad-unknown-operator": "Unheard",
    "bad-nested-if": "protobuf parsing failed",
    "bad-opset": "[Oo]pset",
    "bad-truncated": "protobuf parsing failed",
}
"""By ONNX Runtime itself when it loads them, and what it says."""
MOST = 1_500_000
"""Bytes of all bundles."""


def tensors(path: Path) -> dict[str, np.ndarray]:
    """Of a golden file."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {name: np.array(value["data"]).reshape(value["shape"]) for name, value in stored.items()}


def golden_off(folder: Path) -> float:
    """How far a graph's answers are from the golden ones, by the files alone."""
    model = (folder / "model.onnx").read_bytes()
    takes = {port.name: TYPES[port.type] for port in onnxruntime.InferenceSession(model).get_inputs()}
    given = {name: value.astype(takes[name]) for name, value in tensors(folder / "golden/input.json").items()}
    return bundle.off(model, given, tensors(folder / "golden/expected.json"))


class Written(unittest.TestCase):
    """Written twice, by processes that order sets differently."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.runs = [Path(cls.folder.name) / seed for seed in ("1", "2")]
        for run in cls.runs:
            subprocess.run([sys.executable, "-m", "foreign", run], check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": run.name})

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def files(self, run: Path) -> dict[str, bytes]:
        return {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}

    def manifests(self) -> dict[str, Path]:
        return {path.relative_to(self.runs[0]).parts[0]: path for path in self.runs[0].glob("*/*/*/manifest.toml")}

    def test_the_bytes_are_the_same_each_time_and_not_many(self) -> None:
        once, again = (self.files(run) for run in self.runs)
        self.assertEqual(once, again)
        self.assertLess(sum(map(len, once.values())), MOST)

    def test_good_bundles_agree_with_their_golden_files(self) -> None:
        good = {case: path for case, path in self.manifests().items() if not case.startswith("bad-")}
        self.assertEqual(set(good), GOOD)
        for case, path in good.items():
            tolerance = tomllib.loads(path.read_text(encoding="utf-8"))["golden"]["tolerance"]
            self.assertLessEqual(golden_off(path.parent), tolerance, case)

    def test_the_manifest_speaks_or_the_graph_does(self) -> None:
        for case, path in self.manifests().items():
            says = tomllib.loads(path.read_text(encoding="utf-8"))
            if case == "torch-metadata":
                self.assertEqual(set(says), {"schema", "task", "name", "version", "licence", "files", "golden"})
                told = {entry.key: tomllib.loads(f"it = {entry.value}")["it"] for entry in onnx.load(path.parent / "model.onnx").metadata_props}
                self.assertEqual(told["countersign.labels.kind"], list(reversed(contracts.CLASSES)))
                self.assertEqual(told["countersign.is.ids"], "grams")
                self.assertEqual(told["countersign.calibration.temperature"], 1.0)
            else:
                self.assertTrue(says["inputs"] and says["outputs"], case)

    def test_nothing_tells_where_it_was_made(self) -> None:
        here = [str(Path.cwd()).encode(), str(Path.home()).encode() + b"/", sys.prefix.encode(), self.folder.name.encode()]
        for name, content in self.files(self.runs[0]).items():
            self.assertFalse([place for place in here if place in content], name)


class WrongGraphs(unittest.TestCase):
    right = plain.charges()

    def off(self, model: bytes) -> float:
        return bundle.off(model, self.right.given, self.right.expected)

    def test_some_are_refused_by_the_runtime(self) -> None:
        made = wrong_graphs.cases()
        for case, words in REFUSED.items():
            with self.assertRaisesRegex(Exception, words, msg=case):
                bundle.run(made[case].model, self.right.given)

    def test_smaller_ones_give_the_right_answer(self) -> None:
        smaller = {"TRIPS": 3, "DEEP": 5, "FLOATS": 10, "SIDE": 8, "PRODUCTS": 3, "NO_OPSET": 17}
        with mock.patch.multiple(wrong_graphs, **smaller):
            made = wrong_graphs.cases()
        for case in ("bad-loop", "bad-nested-if", "bad-memory", "bad-slow", "bad-opset"):
            self.assertLess(self.off(made[case].model), 1e-6, case)

    def test_weights_that_lie_outside_are_the_right_ones(self) -> None:
        model = onnx.load_from_string(wrong_graphs.cases()["bad-external-data"].model)
        weights = next(tensor for tensor in model.graph.initializer if tensor.external_data)
        asked = {entry.key: entry.value for entry in weights.external_data}
        with tempfile.TemporaryDirectory() as folder:
            bundle_folder = Path(folder) / "case/charges/2"
            bundle_folder.mkdir(parents=True)
            wrong_graphs.write_outside(Path(folder))
            content = (bundle_folder / asked["location"]).resolve().read_bytes()
        self.assertEqual(len(content), int(asked["length"]))
        weights.ClearField("external_data")
        weights.data_location, weights.raw_data = onnx.TensorProto.DEFAULT, content
        self.assertLess(self.off(model.SerializeToString()), 1e-6)


class WrongAnswers(unittest.TestCase):
    made = wrong_answers.cases()

    def off(self, case: str) -> float:
        return bundle.off(self.made[case].model, self.made[case].given, self.made[case].expected)

    def test_only_these_are_wrong_on_the_golden_input(self) -> None:
        wrong = {"bad-nan", "bad-shape", "bad-shape-dynamic", "bad-golden"}
        self.assertEqual({case for case in self.made if not self.off(case) < 1e-6}, wrong)
        self.assertTrue(np.isnan(self.off("bad-nan")))
        self.assertAlmostEqual(self.off("bad-golden"), wrong_answers.OFF, places=6)

    def test_numbers_vanish_beyond_the_limit_only(self) -> None:
        for case, output, limit in (("bad-nan-unseen", "class", wrong_answers.PAGE_LIMIT), ("bad-nan-unseen-charges", "anomalous", wrong_answers.LINES_LIMIT)):
            ((name, value),) = self.made[case].given.items()
            for rows, vanish in ((limit, False), (limit + 1, True)):
                found = bundle.run(self.made[case].model, {name: np.resize(value, (rows, value.shape[1]))})[output]
                self.assertEqual(np.isnan(found).all(), vanish, case)

    def test_too_many_classes_come_as_a_surprise(self) -> None:
        made, count = self.made["bad-shape-dynamic"], len(contracts.CLASSES)
        says = {port.name: port.shape for port in onnxruntime.InferenceSession(made.model).get_outputs()}
        self.assertEqual(says["class"], ["classes"])
        self.assertEqual(bundle.run(made.model, made.given)["class"].shape, (count + 1,))


if __name__ == "__main__":
    unittest.main()
