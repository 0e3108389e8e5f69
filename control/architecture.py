"""What an architecture declares, and how a checkpoint finds its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import isfinite

import torch
from torch import Tensor

from ..errors import AmbiguousArchitecture, IncompatibleCheckpoint, UnknownArchitecture
from .backend import Backend
from .checkpoint import Checkpoint
from .model import ControlModel

KeyMap = Callable[[Checkpoint], Mapping[str, str]]
"""From a checkpoint to {its key: canonical key}. A key that it leaves out is unknown, and refused."""


@dataclass(frozen=True)
class Signature:
    """Keys that a layout always has, and keys that only its neighbours have. A `*` stands for any characters."""

    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()

    def mismatches(self, checkpoint: Checkpoint) -> list[str]:
        """Why this is another format; empty when it is this one."""
        absent = [f"no {key}" for key in self.has if not checkpoint.bears(key)]
        return absent + [f"unexpected {key}" for key in self.lacks if checkpoint.bears(key)]


@dataclass(frozen=True)
class Layout:
    """One way in which a family's files name their weights. `ignores`: prefixes of keys that are something else's."""

    name: str
    signature: Signature
    canonical: KeyMap
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True)
class Architecture:
    """A family of checkpoints: how to tell one, and the model that its shapes describe.

    `build(checkpoint, backend)` returns the model without weights for a checkpoint with canonical keys. `relative`: the
    weights are added to those of a base before they are rounded.
    """

    id: str
    layouts: tuple[Layout, ...]
    build: Callable[[Checkpoint, Backend], ControlModel]
    relative: bool = False

    def load(
        self, checkpoint: Checkpoint, layout: Layout, backend: Backend, dtype: torch.dtype | None = None
    ) -> ControlModel:
        """The model with the checkpoint's weights, in `dtype` or as they are.

        Raises:
            IncompatibleCheckpoint: weights are missing, unknown, of another shape, not finite, or beyond `dtype`.
        """
        renamed = _renamed(checkpoint, layout, self.id)
        try:
            with torch.device("meta"):
                model = plain = self.build(renamed, backend)
                if len(model.state_dict()) < len(renamed.tensors):  # ComfyUI's layers may get weights only when loaded
                    plain = self.build(renamed, Backend())
        except KeyError as missing:
            raise IncompatibleCheckpoint(
                f"{checkpoint.name} looks like {self.id} ({layout.name} layout), but has no {missing.args[0]}. "
                "Is the file complete? Download it again."
            ) from missing
        _check(plain, renamed, checkpoint.name, self.id)
        model.load_state_dict({key: _converted(renamed, key, dtype) for key in renamed.tensors}, assign=True)
        model.metadata, model.name = dict(renamed.metadata), checkpoint.name
        return model.eval().requires_grad_(False)


def detect(checkpoint: Checkpoint, architectures: Iterable[Architecture]) -> tuple[Architecture, Layout]:
    """The one architecture, and layout of it, whose signature the checkpoint bears; order plays no part.

    Raises:
        UnknownArchitecture: none matches; the message names the nearest and what it lacks.
        AmbiguousArchitecture: more than one matches.
    """
    candidates = [(a, layout, layout.signature.mismatches(checkpoint)) for a in architectures for layout in a.layouts]
    matching = [(a, layout) for a, layout, why in candidates if not why]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = " and ".join(f"{a.id} ({layout.name})" for a, layout in matching)
        raise AmbiguousArchitecture(f"{checkpoint.name} matches {names}. Please report this file's origin.")
    known = ", ".join(sorted({a.id for a, *_ in candidates}))
    nearest, layout, why = min(candidates, key=lambda candidate: len(candidate[2]))
    raise UnknownArchitecture(
        f"{checkpoint.name} is no control model that this pack knows ({known}). "
        f"The nearest is {nearest.id} ({layout.name} layout): {'; '.join(why)}."
    )


def _renamed(checkpoint: Checkpoint, layout: Layout, family: str) -> Checkpoint:
    names = layout.canonical(checkpoint)
    unknown = [key for key in checkpoint.tensors if key not in names and not key.startswith(layout.ignores)]
    if unknown:
        raise IncompatibleCheckpoint(
            f"{checkpoint.name} looks like {family} ({layout.name} layout), but {len(unknown)} of its keys are unknown "
            f"(first: {unknown[0]}). It may be a newer variant; it is not loaded, because part of it would be ignored."
        )
    return replace(checkpoint, tensors={names[key]: t for key, t in checkpoint.tensors.items() if key in names})


def _check(model: ControlModel, checkpoint: Checkpoint, name: str, family: str) -> None:
    expected = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}
    missing = [key for key in expected if key not in checkpoint.tensors]
    unknown = [key for key in checkpoint.tensors if key not in expected]
    if missing or unknown:
        raise IncompatibleCheckpoint(
            f"{name} looks like {family}, but {len(missing)} weights are missing (first: {missing[:1]}) and "
            f"{len(unknown)} are unknown (first: {unknown[:1]}). Is the file complete? Download it again."
        )
    for key, shape in expected.items():
        if checkpoint.shape(key) != shape:
            raise IncompatibleCheckpoint(
                f"{name} looks like {family}, but {key} has the shape {list(checkpoint.shape(key))} where "
                f"{list(shape)} was expected. The file is damaged, or a variant that is not supported."
            )


def _converted(checkpoint: Checkpoint, key: str, dtype: torch.dtype | None) -> Tensor:
    """A weight in `dtype`; it is checked just before, so that a mapped file is read from the disk once."""
    peak = checkpoint.peak(key)
    if not isfinite(peak):
        raise IncompatibleCheckpoint(
            f"{checkpoint.name} holds NaN or infinity in {key}. The file was saved from a broken training run or "
            "conversion; get another copy."
        )
    if dtype is None:
        return checkpoint.tensors[key]
    if peak > torch.finfo(dtype).max:
        raise IncompatibleCheckpoint(
            f"{checkpoint.name} holds {peak:g} in {key}, and {dtype} ends at {torch.finfo(dtype).max:g}. Choose a "
            "wider dtype in Load Control, bf16 or fp32."
        )
    return checkpoint.tensors[key].to(dtype)
