"""Networks that transformers keeps: its classes, filled from a file without its configuration, whose sizes it has.

`from_pretrained` is asked, and not the class, because the names of weights changed between transformers 4 and 5: it
turns those of a file into its own.
"""

import re
from typing import Any

from torch import Tensor, nn

from ..pretrained import Weights

STORED = r"relative_position_index|num_batches_tracked"  # what files hold besides weights, and newer classes compute


class Logits(nn.Module):
    """Images (B, 3, H, W) by ImageNet's mean and deviation -> the logits (B, classes, h, w) of transformers' model."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, image: Tensor) -> Tensor:
        return self.model(image).logits


def filled(kind: Any, config: Any, weights: Weights, spared: str = "$^") -> nn.Module:
    """A `kind` of transformers with all of its weights from these, and all of these in it but those `spared`.

    Raises:
        RuntimeError: weights are missing, unknown, or of another shape.
    """
    model, report = kind.from_pretrained(None, config=config, state_dict=dict(weights), output_loading_info=True)
    ignored = re.compile(f"{STORED}|{spared}")
    for wrong in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        names = [name for name in map(str, report[wrong]) if not ignored.search(name)]
        if names:
            raise RuntimeError(f"{wrong.replace('_', ' ')}: {', '.join(sorted(names)[:5])}")
    return model


def count(weights: Weights, pattern: str) -> int:
    """How many names have the pattern in them."""
    return sum(re.search(pattern, name) is not None for name in weights)


def shape(weights: Weights, pattern: str) -> tuple[int, ...]:
    """The shape of the first weight with the pattern in its name.

    Raises:
        KeyError: there is none.
    """
    for name, weight in weights.items():
        if re.search(pattern, name):
            return tuple(weight.shape)
    raise KeyError(pattern)
