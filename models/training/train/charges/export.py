"""The chances as one ONNX graph: `features` (lines, features) float32 in, `anomalous` and `disputed` (lines) float32 out."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..outliers.export import OPSETS
from .learn import Chances


def graph(chances: dict[str, Chances], features: int) -> onnx.ModelProto:
    """One output for each of `chances`, by its name."""
    nodes, constants = [], {"lines": np.array([-1], np.int64)}
    for name, one in chances.items():
        constants |= {f"{name}_slope": np.float32(one.slope), f"{name}_offset": np.float32(one.offset)}
        nodes += [
            helper.make_node("TreeEnsembleRegressor", ["features"], [f"{name}_sums"], domain="ai.onnx.ml", **one.trees.attributes()),
            helper.make_node("Reshape", [f"{name}_sums", "lines"], [f"{name}_sum"]),
            helper.make_node("Mul", [f"{name}_sum", f"{name}_slope"], [f"{name}_scaled"]),
            helper.make_node("Add", [f"{name}_scaled", f"{name}_offset"], [f"{name}_logit"]),
            helper.make_node("Sigmoid", [f"{name}_logit"], [name]),
        ]
    made = helper.make_graph(
        nodes, "charges",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["lines", features])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["lines"]) for name in chances],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    model = helper.make_model(made, opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS.items()], ir_version=8)
    onnx.checker.check_model(model)
    return model
