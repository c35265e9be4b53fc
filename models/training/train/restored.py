"""Weights of a shipped bundle, to train on from: the ONNX file is all that is kept of a training."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn


def restore_named(model: nn.Module, file: Path, prefix: str) -> None:
    """Gives `model` the weights in `file`, which holds them by their names behind `prefix`.

    Raises `ValueError` if the file is of another network.
    """
    known = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in onnx.load(file).graph.initializer}
    wanted = {name: weight.shape for name, weight in model.named_parameters()}
    if {name.removeprefix(prefix): weight.shape for name, weight in known.items()} != wanted:
        raise ValueError(f"{file} holds another network than {type(model).__name__}: leave out --start")
    model.load_state_dict({name: known[prefix + name] for name in wanted})


@torch.no_grad()
def restore(model: nn.Module, file: Path, *inputs: torch.Tensor) -> None:
    """Gives `model` the convolutions in `file`, in the order in which both hold them.

    The export has folded each batch normalisation into the convolution before it. It comes back as one that changes nothing: its
    statistics are those that `inputs` show (some dozens of crops), its scale and shift undo them. So the model answers as the file
    does, and nearly so while it learns. Raises `ValueError` if the file is of another network.
    """
    graph = onnx.load(file).graph
    known = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    stored = [[known[name] for name in node.input[1:]] for node in graph.node if node.op_type == "Conv"]
    convolutions = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    if [tensors[0].shape for tensors in stored] != [layer.weight.shape for layer in convolutions]:
        raise ValueError(f"{file} holds another network than {type(model).__name__}: leave out --start")
    following = {pair[0]: pair[1] for pair in model.modules() if isinstance(pair, nn.Sequential) and len(pair) == 2 and isinstance(pair[1], nn.BatchNorm2d)}
    for layer, (weight, *bias) in zip(convolutions, stored):
        layer.weight.copy_(weight)
        if bias:
            (following[layer] if layer in following else layer).bias.copy_(bias[0])
    hooks = [norm.register_forward_pre_hook(_undone) for norm in following.values()]
    model.eval()
    model(*inputs)
    for hook in hooks:
        hook.remove()


def _undone(norm: nn.BatchNorm2d, inputs: tuple[torch.Tensor, ...]) -> None:
    """Statistics of what comes in, and a scale and shift that undo them; what was the shift stays."""
    variance, mean = torch.var_mean(inputs[0], (0, 2, 3), correction=0)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.add_(mean)
