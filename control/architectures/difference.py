"""Difference ControlNet: its encoder is stored as the trained weights less those of the base it was trained on.

Zhang et al. 2023, arXiv:2302.05543; lllyasviel/ControlNet, tool_transfer_control.py, moves a control to another base by
the same sum. Key names are those of the original ControlNet, with the key `difference`.
"""

from collections.abc import Mapping

from ..architecture import Architecture, Layout, Signature
from ..backend import Backend
from ..checkpoint import Checkpoint
from ..relative import RelativeModel, Source
from .controlnet import RELATIVES, ControlNet, unwrapped

MARK = "difference"
SHARED_WITH_BASE = ("time_embed.", "label_emb.", "input_blocks.", "middle_block.")  # zero convs and hint are its own
OTHERS = tuple(key for key in RELATIVES if key != MARK)


def build(checkpoint: Checkpoint, backend: Backend) -> RelativeModel:
    sources = {key: Source((key,), relative=key.startswith(SHARED_WITH_BASE)) for key in checkpoint.tensors}
    return RelativeModel(checkpoint, sources, ControlNet, "relative to the base model")


def _stored(checkpoint: Checkpoint) -> Mapping[str, str]:
    return {key: key for key in checkpoint.tensors if key != MARK}


DIFFERENCE_CONTROLNET = Architecture(
    id="Difference ControlNet",
    layouts=(
        Layout(
            "original",
            Signature((MARK, "zero_convs.0.0.weight", "input_hint_block.0.weight"), OTHERS),
            _stored,
            ignores=(MARK,),
        ),
        Layout(
            "control_model.*",
            Signature((MARK, "control_model.zero_convs.0.0.weight", "control_model.input_hint_block.0.weight"), OTHERS),
            unwrapped,
            ignores=(MARK, "model.", "first_stage_model.", "cond_stage_model."),
        ),
    ),
    build=build,
    relative=True,
)
