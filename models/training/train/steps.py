"""The training loop that all models share: wall time, learning rate, checkpoint, best weights."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn


WARM = 200
"""Steps over which the learning rate rises, so that attention does not lock onto noise."""


class Steps:
    """Takes steps for `minutes` of wall time while the learning rate falls along a cosine.

    Resumes from `folder`/checkpoint.pt; the weights that did best on the validation families are in `folder`/best.pt.
    """

    def __init__(self, model: nn.Module, folder: Path, minutes: float, rate: float, decay: float) -> None:
        self._model, self._folder, self._seconds, self._rate = model, folder, minutes * 60, rate
        self._optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
        self._state = {"step": 0, "spent": 0.0, "best": 0.0}
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "checkpoint.pt").exists():
            saved = torch.load(folder / "checkpoint.pt", weights_only=True)
            model.load_state_dict(saved["model"])
            self._optimizer.load_state_dict(saved["optimizer"])
            self._state = saved["state"]

    @property
    def taken(self) -> int:
        """How many steps were taken, those before a resumption too."""
        return self._state["step"]

    def __iter__(self) -> Iterator[int]:
        """The number of each step, until time is up."""
        started, before = time.monotonic(), self._state["spent"]
        while self._state["spent"] < self._seconds:
            share = min(1.0, self._state["spent"] / self._seconds)
            for group in self._optimizer.param_groups:
                warm = min(1.0, (self._state["step"] + 1) / WARM)
                group["lr"] = self._rate * warm * max(0.02, 0.5 * (1 + math.cos(math.pi * share)))
            self._model.train()
            yield self._state["step"]
            self._state["step"] += 1
            self._state["spent"] = before + time.monotonic() - started

    def take(self, loss: torch.Tensor) -> None:
        """One step down the loss."""
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()

    def keep(self, score: float, told: str) -> None:
        """Saves where the training is, and the weights if no earlier ones did better."""
        print(f"step {self._state['step']} {self._state['spent']:.0f}s {told}", flush=True)
        if score >= self._state["best"]:
            self._state["best"] = float(score)
            torch.save(self._model.state_dict(), self._folder / "best.pt")
        saved = {"model": self._model.state_dict(), "optimizer": self._optimizer.state_dict(), "state": self._state}
        torch.save(saved, self._folder / "checkpoint.pt")


def effort(folder: Path) -> dict[str, dict[str, float]]:
    """How long a model was trained, for its card."""
    state = torch.load(folder / "checkpoint.pt", weights_only=True)["state"]
    return {"training": {"minutes": round(state["spent"] / 60), "steps": state["step"]}}
