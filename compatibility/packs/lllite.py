"""kohya-ss/ControlNet-LLLite-ComfyUI: node_control_net_lllite.py."""

from math import floor

from ..declare import Conversion, Made, New, Old, Pack, Rewritten

LOADER, SCHEDULE, APPLY = "ArmatureLoadControl", "ArmatureSchedule", "ArmatureApplyControlToModel"
COUNT = ("steps", "start_percent", "end_percent")
MOVE = "its file is in that pack's own folder: put it into models/controlnet"


def on_model(old: Old) -> Conversion:
    """A loader and Apply Control to Model, with a schedule where theirs counts steps."""
    text, notes = steps_of(old), [MOVE]
    load = _carried(old, LOADER, {"model_name": "name"})
    apply = _carried(old, APPLY, {"model": "model", "cond_image": "image", "strength": "strength"})
    nodes, links = [load], {"control_net": Made(0)}
    if text:
        nodes.append(New(SCHEDULE, {"text": text, "interpolation": "step", "basis": "steps"}))
        links["schedule"] = Made(1)
    notes += [f"{name} is connected and ignored: the steps have to be known" for name in COUNT if name in old.linked]
    nodes.append(New(APPLY, apply.values, {**apply.links, **links}))
    return Conversion(tuple(nodes), {0: Made(len(nodes) - 1)}, notes=tuple(notes))


def steps_of(old: Old) -> str:
    """The steps in which theirs acts, as text of a schedule; empty for all. 0 steps count none, end 0 is the end."""
    steps, start, end = (old.values.get(name, 0) for name in COUNT)
    if not steps or old.linked.intersection(COUNT):
        return ""
    first = floor(steps * start * 0.01)
    last = floor(steps * end * 0.01) if end > 0 else steps
    if first >= last:
        return "0:0"
    begins = f"0:0, {first / steps}:1" if first else "0:1"
    if last < steps:
        return f"{begins}, {last / steps}:0"
    return begins if first else ""


def _carried(old: Old, type: str, names: dict[str, str]) -> New:
    values = {ours: old.values[theirs] for theirs, ours in names.items() if theirs in old.values}
    return New(type, values, {ours: theirs for theirs, ours in names.items() if theirs in old.linked})


LLLITE = Pack(
    "ControlNet-LLLite-ComfyUI",
    (
        Rewritten(
            "LLLiteLoader",
            f"{LOADER}, {SCHEDULE}, {APPLY}",
            on_model,
            "none where both prompts run in one batch and steps is the sampler's; theirs counts evaluations, and needs "
            "an image of the latent's size",
            ("model_name", "strength", *COUNT),
        ),
    ),
)
