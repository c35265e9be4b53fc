"""The example that people begin with: parts stay apart, and what it exports keeps the contract of `page-class`."""

import contextlib
import hashlib
import io
import json
import tempfile
import tomllib
import unittest
import warnings
from pathlib import Path

import numpy as np

from examples import page_class
from train import bundle

DOCUMENTS, PAGES = 40, 2
NAMES = ("delivery_receipt", "bol_unsigned", "bol_consignee_signed", "packing_list")
WORDS = (0, 1, 5, 9)
"""Of a page; one without words is among them."""


def dataset(folder: Path) -> Path:
    """Random numbers in the shapes that `countersign dataset export` writes."""
    rng = np.random.default_rng(5)
    lines = [
        {"document": f"document-{document}", "page": page + 1, "first": page == 0, "class": NAMES[document % len(NAMES)], "confirmed_by": "person"}
        | {"state": "billable", "received": "2026-03-14"}
        for document in range(DOCUMENTS)
        for page in range(PAGES)
    ]
    starts = np.cumsum([0, *(WORDS[index % len(WORDS)] for index in range(len(lines)))])
    arrays = {
        "starts": starts,
        "grams": rng.integers(0, 16_384, (starts[-1], 16)).astype(np.int16),
        "shape": rng.random((starts[-1], 28), dtype=np.float32),
        "place": rng.random((starts[-1], 4), dtype=np.float32),
        "thumbnails": rng.integers(0, 256, (len(lines), 128, 96)).astype(np.uint8),
    }
    (folder / "features").mkdir(parents=True)
    for name, array in arrays.items():
        np.save(folder / "features" / f"{name}.npy", array)
    (folder / "pages.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def trained(given: Path, target: Path, *more: str) -> str:
    """Trains for a few steps; gives what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(action="ignore"):
        page_class.main([str(given), "--version", target.name, "--out", str(target), "--steps", "3", *more])
    return out.getvalue()


def page(words: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(words)
    return {
        "grams": rng.integers(0, 16_384, (words, 16)),
        "shape": rng.random((words, 28), dtype=np.float32),
        "place": rng.random((words, 4), dtype=np.float32),
        "thumbnail": rng.integers(0, 256, (1, 128, 96)).astype(np.float32),
    }


class Example(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.dataset = dataset(self.folder / "dataset")

    def test_what_it_exports_keeps_the_contract(self) -> None:
        target = self.folder / "page-class" / "2"
        told = trained(self.dataset, target)
        self.assertIn("too few for a verdict", told)
        for words in (1, 60, 1024):
            given = bundle.run(target / "model.onnx", page(words))
            self.assertEqual((given["class"].shape, given["first_page"].shape), ((len(page_class.CLASSES),), (1,)))
            self.assertAlmostEqual(float(given["class"].sum()), 1, places=5)
            self.assertTrue(0 <= given["first_page"][0] <= 1)
        manifest = tomllib.loads((target / "manifest.toml").read_text())
        self.assertEqual((manifest["task"], manifest["name"], manifest["version"]), ("page-class", "page-class", 2))
        self.assertEqual(manifest["preprocessing"]["feature_schema"], 1)
        self.assertLessEqual({"accept", "first_page"}, set(manifest["thresholds"]))
        self.assertGreater(manifest["calibration"]["temperature"], 0)
        self.assertEqual(manifest["outputs"][0]["labels"], page_class.CLASSES)
        for name, sha256 in manifest["files"].items():
            self.assertEqual(hashlib.sha256((target / name).read_bytes()).hexdigest(), sha256)
        self.assertIn("too few for a verdict", (target / "CARD.md").read_text())

    def test_pages_of_a_document_stay_together_and_every_page_is_in_one_part(self) -> None:
        pages = page_class.opened(self.dataset)
        parts = [page_class.those(pages, of) for of in (page_class.TRAIN, page_class.FIT, page_class.JUDGE)]
        documents = [{one["document"] for one in part.truth} for part in parts]
        self.assertEqual(sum(map(len, documents)), DOCUMENTS)
        self.assertEqual(len(set.union(*documents)), DOCUMENTS)
        self.assertEqual(sum(map(len, parts)), len(pages))
        for part in parts:
            for index, one in enumerate(part.truth):
                whole = next(at for at, other in enumerate(pages.truth) if other == one)
                np.testing.assert_array_equal(part.page(index)["grams"], pages.page(whole)["grams"])
                np.testing.assert_array_equal(part.thumbnails[index], pages.thumbnails[whole])

    def test_it_can_begin_with_its_own_bundle_and_with_the_shipped_one(self) -> None:
        shipped = Path(__file__).parents[2] / "page-class" / "1"
        for start, version in ((shipped, "2"), (self.folder / "page-class" / "2", "3")):
            target = self.folder / "page-class" / version
            trained(self.dataset, target, "--start-from", str(start), "--generated", str(self.dataset), "--steps", "0")
            ours, theirs = (bundle.run(one / "model.onnx", page(30)) for one in (target, start))
            np.testing.assert_allclose(ours["class"], theirs["class"], atol=1e-5)
            np.testing.assert_allclose(ours["first_page"], theirs["first_page"], atol=1e-5)

    def test_a_version_that_is_there_or_lies_elsewhere_is_refused(self) -> None:
        for place in ("page-class/2", "classes/2", "page-class/3"):
            (self.folder / "page-class" / "2").mkdir(parents=True, exist_ok=True)
            (self.folder / "page-class" / "2" / "manifest.toml").touch()
            with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
                page_class.main([str(self.dataset), "--version", "2", "--out", str(self.folder / place)])


if __name__ == "__main__":
    unittest.main()
