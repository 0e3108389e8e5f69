"""Trains a control network, whatever its examples come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from ..control.architectures.t2i_adapter import T2IAdapter
from ..control.backend import Backend
from ..control.checkpoint import Checkpoint
from ..control.model import ControlModel
from ..control.scale import Scale
from ..control.training.objective import Lessons, cubic, loss, only_middle, uniform
from ..control.training.recomputing import recompute
from ..control.training.run import ALONE, Plan, Run, Together
from .creating import hosted, with_own_weights
from .decoder import decoder
from .loading import recognised
from .sampling import ComfyControl
from .teaching import ComfyBase

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}
CONTROL, DECODER = "control", "decoder"


@dataclass(frozen=True)
class Course:
    """How a control is trained, beside the plan of its run.

    `middle_until` is the step up to which only the middle block's link acts, 0 for none. With `unlock_decoder` the
    base's decoder learns too. `name` is that of the checkpoint; without one the run does not survive its node. With
    `recompute` activations are computed twice instead of kept. Every `picture_every` steps an example is drawn, 0 for
    never.
    """

    plan: Plan
    batch: int = 4
    dropped: float = 0.5
    precision: str = "fp32"
    middle_until: int = 0
    unlock_decoder: bool = False
    name: str = ""
    recompute: bool = False
    picture_every: int = 0


@dataclass(frozen=True)
class Learned:
    """`decoder` has the weights of the base's decoder, by their names in the UNet; none where it was locked.

    `facts` tell how they were trained, for the metadata of files; the control has them too.
    """

    control: ComfyControl
    decoder: Mapping[str, Tensor]
    facts: Mapping[str, str]


def trainable(control: ComfyControl) -> ControlModel:
    """Its network in fp32, with weights of its own.

    Raises:
        WrongControl: it is of another pack, or relative to a base.
    """
    model = with_own_weights(control, "trained")
    checkpoint = _in_full(model.state_dict(), model)
    architecture, layout = recognised(checkpoint)
    return architecture.load(checkpoint, layout, Backend(), torch.float32).requires_grad_(True)


def _in_full(weights: Mapping[str, Tensor], model: ControlModel) -> Checkpoint:
    """Copies of the weights in fp32, with what is known of the model's file."""
    own = {key: weight.float().cpu().clone() for key, weight in weights.items()}
    return Checkpoint(own, "the control", model.metadata)


def teach(
    network: ControlModel,
    base: ComfyBase,
    lessons: Lessons,
    course: Course,
    file: Path | None,
    after: Callable[[Run, float], None],
    together: Together = ALONE,
) -> Learned:
    """Take all steps that the checkpoint `file` has not; `after(run, loss)` follows each."""
    base.load()
    if course.recompute:
        recompute(network)
        recompute(base.model.diffusion_model)
    run = Run(_learning(network, base, course), course.plan, file, together)
    whole = Scale(1.0)
    middle = only_middle(network) if course.middle_until else whole
    draw = cubic if isinstance(network, T2IAdapter) else uniform

    def batch_loss(generator: torch.Generator) -> Tensor:
        scale = middle if run.step < course.middle_until else whole
        with base.casting():
            return loss(network, base, lessons, generator, scale, draw)

    run.train(batch_loss, after)
    return _learned(run, network, _facts(run, lessons, course))


def _learning(network: ControlModel, base: ComfyBase, course: Course) -> nn.Module:
    parts = nn.ModuleDict({CONTROL: network})
    if course.unlock_decoder:
        parts[DECODER] = decoder(base.model.diffusion_model)
    return parts.requires_grad_(True)


def _learned(run: Run, network: ControlModel, facts: Mapping[str, str]) -> Learned:
    """The weights, or their moving average where the run has one."""
    parts = dict(run.averaged.items())
    control = _in_full(parts[CONTROL].state_dict(), network)
    trained = hosted(replace(control, metadata={**control.metadata, **facts}))
    own = parts[DECODER].state_dict() if DECODER in parts else {}
    return Learned(trained, {name: weight.cpu().clone() for name, weight in own.items()}, facts)


def _facts(run: Run, lessons: Lessons, course: Course) -> dict[str, str]:
    """How it was trained, for a file's metadata."""
    plan = course.plan
    known = {
        "steps": run.step,
        "images": sum(map(len, lessons.groups)),
        "batch": course.batch * plan.accumulate,
        "learning_rate": plan.learning_rate,
        "dropped_prompts": course.dropped,
        "average": plan.average,
        "precision": course.precision,
        "unlocked_decoder": course.unlock_decoder,
        "seed": plan.seed,
    }
    return {f"armature.training.{name}": str(value) for name, value in known.items()}
