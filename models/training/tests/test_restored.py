"""A bundle's weights come back into the network that was trained."""

import tempfile
import unittest
from pathlib import Path

import torch
from torch import nn

from train import fields, marks
from train.restored import restore, restore_named


def exported(folder: Path, model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> Path:
    torch.onnx.export(model.eval(), inputs, str(folder / "model.onnx"), opset_version=17, dynamo=False)
    return folder / "model.onnx"


class Restored(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(3)
        self.inputs = torch.rand(6, 64, 96) * 255, (torch.rand(6, marks.PLANES, 8, 12) > 0.5).float()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_it_answers_as_the_file_does_and_learns_from_there(self) -> None:
        trained = marks.Marks()
        for _ in range(3):
            trained(*self.inputs)
        file, again = exported(self.folder, trained, self.inputs), marks.Marks()
        restore(again, file, *self.inputs)
        others = torch.rand(2, 64, 96) * 255, torch.zeros(2, marks.PLANES, 8, 12)
        with torch.no_grad():
            torch.testing.assert_close(again(*others), trained(*others), rtol=1e-3, atol=1e-3)
            before = trained(*self.inputs)
            torch.testing.assert_close(again.train()(*self.inputs), before, rtol=1e-2, atol=1e-2)

    def test_a_file_of_another_network_is_refused(self) -> None:
        other = exported(self.folder, nn.Conv2d(1, 4, 3), (torch.rand(1, 1, 8, 8),))
        with self.assertRaisesRegex(ValueError, "another network"):
            restore(marks.Marks(), other, *self.inputs)
        with self.assertRaisesRegex(ValueError, "another network"):
            restore_named(fields.Fields(), other, "fields.")

    def test_weights_that_keep_their_names_come_back_as_they_were(self) -> None:
        trained, again = fields.Fields(), fields.Fields()
        with torch.no_grad():
            for weight in trained.parameters():
                weight.add_(torch.randn_like(weight))  # An export keeps one of weights that are alike, as they are before training.
        words = torch.randint(0, 99, (7, fields.GRAMS)), torch.rand(7, fields.SHAPE), torch.rand(7, 4), torch.randint(0, 8, (7, fields.NEIGHBOURS)), torch.rand(7, fields.NEIGHBOURS * 2)
        restore_named(again, exported(self.folder, fields.OnePage(trained), words), "fields.")
        for name, weight in trained.state_dict().items():
            torch.testing.assert_close(again.state_dict()[name], weight, rtol=0, atol=0)
