"""Puts a control on a MODEL, for graphs that have no conditioning to put it on.

ComfyUI collects controls from the prompts of a run, and loads, prepares and cleans up what it finds there. So the
control joins the prompts as a run begins, by ComfyUI's own wrappers of sampling.
"""

from dataclasses import dataclass
from typing import Any

import comfy.controlnet
from comfy.model_patcher import ModelPatcher
from comfy.patcher_extension import WrappersMP
from comfy.samplers import apply_empty_x_to_equal_area

from ..errors import WrongControl
from .applying import Application
from .areas import KEY as AREAS
from .areas import grouping, tell

KEY = "armature_model_control"

Prompts = dict[str, list[dict[str, Any]]]
"""The entries of each prompt of a sampler, by its name there: "positive", "negative", or those of other guiders."""


@dataclass(frozen=True, eq=False)
class ControlledSampling:
    """Wraps the runs of a model: each has copies of the control, on top of what its prompts carry."""

    control: comfy.controlnet.ControlBase

    def __call__(self, executor, *arguments, **options):
        guider = executor.class_obj
        given = guider.conds
        guider.conds = controlled(self.control, given)
        try:
            return executor(*arguments, **options)
        finally:
            guider.conds = given


def apply_to_model(model: ModelPatcher, application: Application) -> ModelPatcher:
    """A clone whose every prompt is under the control, after those that the model has; at strength 0 the model itself.

    Raises:
        WrongControl: another pack's control hooks into the model, which ComfyUI arranges before it asks for wrappers.
    """
    if application.strength == 0.0:
        if application.readout is not None:
            application.readout.left_out("its strength is 0")
        return model
    control = application.applied()
    if grouping(control.get_extra_hooks()):
        raise WrongControl(
            "This control hooks into the model, which ComfyUI allows only to controls of a prompt. Use Apply Control."
        )
    clone = model.clone()
    clone.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, KEY, ControlledSampling(control))
    if application.manner.options.areas == "crop" and not clone.get_wrappers(WrappersMP.CALC_COND_BATCH, AREAS):
        clone.add_wrapper_with_key(WrappersMP.CALC_COND_BATCH, AREAS, tell)
    return clone


def controlled(control: comfy.controlnet.ControlBase, prompts: Prompts) -> Prompts:
    """Copies of the prompts in which every entry carries the control, one object for each that was there before."""
    links: dict[object, comfy.controlnet.ControlBase] = {}
    found = {}
    for name, entries in shared(prompts).items():
        found[name] = []
        for entry in entries:
            before = entry.get("control")
            if before not in links:
                links[before] = control.copy().set_previous_controlnet(before)
            found[name].append({**entry, "control": links[before], "control_apply_to_uncond": False})
    return found


def shared(prompts: Prompts) -> Prompts:
    """As ComfyUI hands controls of its old Apply ControlNet to the other prompts, where these have none yet."""
    found = {name: list(entries) for name, entries in prompts.items()}
    shares = [entry for entry in found.get("positive", ()) if entry.get("control_apply_to_uncond", False)]
    for name, entries in found.items():
        if name != "positive":
            apply_empty_x_to_equal_area(shares, entries, "control", lambda controls, number: controls[number])
    return found
