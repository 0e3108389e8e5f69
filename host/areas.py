"""Tells controls for which area of the image a prompt is; ComfyUI gives them the cut latent and no word of where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from comfy.hooks import HookGroup, TransformerOptionsHook
from comfy.patcher_extension import WrappersMP
from torch import Tensor

from ..control.area import Area, Size

KEY = "armature_areas"


@dataclass(frozen=True)
class Areas:
    """Of one evaluation, by the uuid that ComfyUI gives to each entry of a conditioning."""

    by_prompt: Mapping[UUID, Area]

    def of(self, prompts: list[UUID], size: Size) -> tuple[Area | None, ...]:
        """Of the parts of a batch; none where all are whole, or where another pack has cut the latent once more."""
        found = tuple(self.by_prompt.get(prompt) for prompt in prompts)
        fit = all(area is None or area.size == size for area in found)
        return found if fit and any(found) else ()


class AreaHook(TransformerOptionsHook):
    """Wraps the evaluations of a run; all are the same one, and ComfyUI registers it once."""

    def __init__(self):
        super().__init__({"wrappers": {WrappersMP.CALC_COND_BATCH: {KEY: [tell]}}})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AreaHook)

    def __hash__(self) -> int:
        return hash(AreaHook)


def area_hooks() -> HookGroup:
    """For `extra_hooks` of a control."""
    hooks = HookGroup()
    hooks.add(AreaHook())
    return hooks


def grouping(hooks: list[HookGroup]) -> list[HookGroup]:
    """Those by which ComfyUI is to group prompts: it would run a second copy of the model for prompts with hooks."""
    return [group for group in hooks if any(not isinstance(hook, AreaHook) for hook in group.hooks)]


def tell(executor, model, conds, x_in, timestep, model_options):
    """Evaluate with the areas in `transformer_options`."""
    size = Size(*x_in.shape[-2:])
    entries = [entry for entries in conds for entry in entries or () if "area" in entry]
    areas = Areas({entry["uuid"]: _area(entry["area"], size) for entry in entries})
    options = {**model_options.get("transformer_options", {}), KEY: areas}
    return executor(model, conds, x_in, timestep, {**model_options, "transformer_options": options})


def areas_of(transformer_options: dict[str, Any], x: Tensor) -> tuple[Area | None, ...]:
    """Of each part of the batch x (B, C, H, W); none where all are whole."""
    told = transformer_options.get(KEY)
    return told.of(transformer_options.get("uuids", []), Size(*x.shape[-2:])) if told and x.ndim == 4 else ()


def _area(sizes_and_places: tuple[int, ...], whole: Size) -> Area:
    """ComfyUI's (height, width, top, left), which may have the frames before each pair and reach beyond the border."""
    half = len(sizes_and_places) // 2
    height, width, top, left = (*sizes_and_places[half - 2 : half], *sizes_and_places[-2:])
    return Area(top, left, min(height, whole.height - top), min(width, whole.width - left), whole)
