"""An ONNX graph that runs, learns and is stored as a PyTorch module."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from train.graph import Graph
from train.text_bundle import between, halved


def small_graph(path: Path) -> None:
    """Convolution with uneven padding → GELU in five operators → mean over rows → matrix → softmax."""
    rng = np.random.default_rng(3)
    weights = {"kernel": rng.normal(size=(16, 3, 3, 2)), "matrix": rng.normal(size=(16, 20))}
    constants = {"root": np.array([2**0.5]), "one": np.array([1.0]), "half": np.array([0.5])}
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "kernel"], ["a"], kernel_shape=[3, 2], strides=[2, 1], auto_pad="SAME_UPPER"),
        node("Div", ["a", "root"], ["b"]), node("Erf", ["b"], ["c"]), node("Add", ["c", "one"], ["d"]), node("Mul", ["a", "d"], ["e"]), node("Mul", ["e", "half"], ["f"]),
        node("ReduceMean", ["f"], ["g"], axes=[2], keepdims=0), node("Transpose", ["g"], ["h"], perm=[0, 2, 1]),
        node("MatMul", ["h", "matrix"], ["i"]), node("Softmax", ["i"], ["y"], axis=2),
    ]  # fmt: skip
    tensors = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in (weights | constants).items()]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, "w"])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "t", 20])]
    onnx.save(helper.make_model(helper.make_graph(nodes, "small", inputs, outputs, tensors), opset_imports=[helper.make_opsetid("", 11)], ir_version=8), path)


def run(path: Path, x: torch.Tensor) -> np.ndarray:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": x.numpy()})[0]


class AGraph(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "small.onnx"
        small_graph(self.path)
        self.x = torch.randn(2, 3, 8, 11, generator=torch.Generator().manual_seed(1))

    def tearDown(self) -> None:
        self.folder.cleanup()

    def test_it_answers_as_the_runtime_does(self) -> None:
        answer = Graph(self.path)(self.x).softmax(-1).detach().numpy()
        np.testing.assert_allclose(answer, run(self.path, self.x), atol=1e-5)

    def test_what_it_learns_goes_back_into_the_graph(self) -> None:
        graph = Graph(self.path)
        graph(self.x).square().sum().backward()
        with torch.no_grad():
            for weight in graph.weights.values():
                weight -= 0.01 * weight.grad
        saved = self.path.with_name("learnt.onnx")
        graph.save(saved)
        np.testing.assert_allclose(run(saved, self.x), graph(self.x).softmax(-1).detach().numpy(), atol=1e-5)
        self.assertGreater(float(np.abs(run(saved, self.x) - run(self.path, self.x)).max()), 1e-4)

    def test_weights_between_two_graphs_lie_between_them(self) -> None:
        start, tuned, mixed = Graph(self.path), Graph(self.path), Graph(self.path)
        with torch.no_grad():
            tuned.weights["matrix"].add_(1.0)
        between(mixed, tuned, 0.25)
        torch.testing.assert_close(mixed.weights["matrix"], start.weights["matrix"] + 0.25)
        torch.testing.assert_close(mixed.weights["kernel"], start.weights["kernel"])

    def test_half_precision_halves_the_large_tensors_and_changes_little(self) -> None:
        before, size = run(self.path, self.x), self.path.stat().st_size
        halved(self.path)
        self.assertLess(self.path.stat().st_size, size)
        np.testing.assert_allclose(run(self.path, self.x), before, atol=5e-3)

    def test_a_graph_in_half_precision_learns_in_single_precision(self) -> None:
        halved(self.path)
        graph = Graph(self.path)
        self.assertEqual({weight.dtype for weight in graph.weights.values()}, {torch.float32})
        np.testing.assert_allclose(graph(self.x).softmax(-1).detach().numpy(), run(self.path, self.x), atol=1e-5)
