"""How a family's weights are saved, so that others read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import WrongControl
from ..architecture import KeyMap
from ..checkpoint import Checkpoint


def _as_it_is(checkpoint: Checkpoint) -> Checkpoint:
    return checkpoint


@dataclass(frozen=True)
class SavedAs:
    """`id` is the architecture's. All take a checkpoint with canonical keys; what they return is new.

    `names` are {canonical key: diffusers key} of what `plain` left, `config(plain, pooled)` is what its config.json
    says, where `pooled` tells whether residuals are averaged over the image. `complete` adds what only the original
    code asks for.

    `plain` and `config` raise WrongControl where diffusers has no such network.
    """

    id: str
    names: KeyMap
    config: Callable[[Checkpoint, bool], Mapping[str, Any]]
    plain: Callable[[Checkpoint], Checkpoint] = _as_it_is
    complete: Callable[[Checkpoint], Checkpoint] = _as_it_is


def refused(what: str) -> WrongControl:
    return WrongControl(f"diffusers has no network like this one: {what}. Choose the original layout.")
