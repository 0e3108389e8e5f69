"""Trains a control network on what a graph holds."""

from dataclasses import dataclass, field
from pathlib import Path

import comfy.utils
import folder_paths
from comfy.model_patcher import ModelPatcher
from torch import Tensor

from ..control.training.objective import Lessons
from ..errors import InvalidValue, MissingInput
from .decoder import with_decoder
from .readout import Panel
from .sampling import ComfyControl
from .teaching import ComfyBase, examples, gradients
from .training import PRECISIONS, Course, teach, trainable
from .training_report import SILENT, Report

CHECKPOINTS = "training"  # in ComfyUI's output folder


@dataclass(frozen=True)
class Trained:
    control: ComfyControl
    model: ModelPatcher
    losses: list[float] = field(default_factory=list)


def train_control(
    patcher: ModelPatcher,
    control: ComfyControl,
    latents: list[dict],
    hints: list[Tensor],
    positive: list[list],
    empty: list | None,
    course: Course,
    panel: Panel = SILENT,
) -> Trained:
    """Train a copy of the control; ComfyUI's progress and interruption work as in sampling. The panel tells the loss.

    Raises:
        ArmatureError: the control does not fit, something is missing, or the loss is no longer a number.
    """
    if course.dropped and empty is None:
        raise MissingInput("Some prompts are to be dropped: connect the empty prompt to empty, or drop none.")
    with gradients():
        network = trainable(control)
        base = ComfyBase(patcher, network, PRECISIONS[course.precision])
        network.to(base.device)
        groups = examples(base, network, latents, hints, positive)
        spare = base.prompts(empty, groups[0][0].latent.shape[-2:])[0] if empty else None
        lessons = Lessons(groups, spare, course.dropped, course.batch)
        progress = comfy.utils.ProgressBar(course.plan.steps)
        report = Report(network, base, groups[0][0], progress, course.picture_every, panel)
        learned = teach(network, base, lessons, course, _file(course.name), report)
        model = with_decoder(patcher, learned.decoder) if learned.decoder else patcher
        return Trained(learned.control, model, report.losses)


def _file(name: str) -> Path | None:
    """
    Raises:
        InvalidValue: the name leads out of the folder.
    """
    if not name:
        return None
    folder = Path(folder_paths.get_output_directory()) / CHECKPOINTS
    file = folder / f"{name}.safetensors"
    if not file.resolve().is_relative_to(folder.resolve()):
        raise InvalidValue(f"{name!r} leads out of {folder}. Choose a plain name.")
    return file
