"""The detector as one ONNX graph: `features` (rows, features) float32 in, `score` (rows) float32 out."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .detector import Detector

OPSETS = {"": 17, "ai.onnx.ml": 3}


def graph(detector: Detector) -> onnx.ModelProto:
    """The same reckoning as `Detector.score`, in the same order and precision."""
    near = detector.neighbours
    constants = {
        "scale": np.float32(detector.forest.scale), "centre": near.centre, "shrink": near.shrink, "sample_across": np.ascontiguousarray(near.sample.T),
        "sample_lengths": (near.sample**2).sum(1), "two": np.float32(2), "nought": np.float32(0), "nearest": np.array([near.nearest], np.int64),
        "along": np.array([1], np.int64), "means": detector.units[:, 0], "per_deviation": detector.units[:, 1],
    }  # fmt: skip
    nodes = [
        helper.make_node("TreeEnsembleRegressor", ["features"], ["depth"], domain="ai.onnx.ml", **detector.forest.trees.attributes()),
        helper.make_node("Mul", ["depth", "scale"], ["scaled_depth"]),
        helper.make_node("Exp", ["scaled_depth"], ["by_forest"]),
        helper.make_node("Sub", ["features", "centre"], ["centred"]),
        helper.make_node("Mul", ["centred", "shrink"], ["scaled"]),
        helper.make_node("Mul", ["scaled", "scaled"], ["squares"]),
        helper.make_node("ReduceSum", ["squares", "along"], ["lengths"], keepdims=1),
        helper.make_node("MatMul", ["scaled", "sample_across"], ["products"]),
        helper.make_node("Mul", ["products", "two"], ["twice"]),
        helper.make_node("Sub", ["lengths", "twice"], ["partly"]),
        helper.make_node("Add", ["partly", "sample_lengths"], ["squared"]),
        helper.make_node("Max", ["squared", "nought"], ["distances"]),
        helper.make_node("TopK", ["distances", "nearest"], ["closest", "which"], axis=1, largest=0),
        helper.make_node("Sqrt", ["closest"], ["apart"]),
        helper.make_node("ReduceMean", ["apart"], ["by_neighbours"], axes=[1], keepdims=1),
        helper.make_node("TreeEnsembleRegressor", ["features"], ["by_tails"], domain="ai.onnx.ml", **detector.tails.attributes()),
        helper.make_node("Concat", ["by_forest", "by_neighbours", "by_tails"], ["views"], axis=1),
        helper.make_node("Sub", ["views", "means"], ["off"]),
        helper.make_node("Mul", ["off", "per_deviation"], ["in_units"]),
        helper.make_node("ReduceMean", ["in_units"], ["score"], axes=[1], keepdims=0),
    ]
    made = helper.make_graph(
        nodes, "outliers",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", detector.features])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["rows"])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    model = helper.make_model(made, opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS.items()], ir_version=8)
    onnx.checker.check_model(model)
    return model
