"""ComfyUI's own control nodes: never missing, and rewritten only where that is asked for."""

from ..declare import Counterpart, Pack

RANGE = {"strength": "strength", "start_percent": "start_percent", "end_percent": "end_percent"}
PAIR = {"positive": "positive", "negative": "negative", "control_net": "control_net", "image": "image"}
AREAS = "none; with prompts for areas ours shows each its part of the image"
APPLY, LOAD, BOTH = "ArmatureApplyControl", "ArmatureLoadControl", {0: 0, 1: 1}
BOUND = {"model": "the control is bound to the model that is sampled"}

COMFYUI = Pack(
    "ComfyUI",
    (
        Counterpart("ControlNetLoader", LOAD, widgets={"control_net_name": "name"}),
        Counterpart("DiffControlNetLoader", LOAD, "none", {"control_net_name": "name"}, {"model": None}, ignored=BOUND),
        Counterpart("ControlNetApplyAdvanced", APPLY, AREAS, RANGE, {**PAIR, "vae": "vae"}, outputs=BOTH),
        Counterpart("ControlNetApplySD3", APPLY, AREAS, RANGE, {**PAIR, "vae": "vae"}, outputs=BOTH),
        Counterpart(
            "ControlNetApply",
            APPLY,
            AREAS,
            {"strength": "strength"},
            {"conditioning": "positive", "control_net": "control_net", "image": "image"},
            {"every_prompt": True},
        ),
        Counterpart(
            "ControlNetInpaintingAliMamaApply",
            APPLY,
            AREAS,
            RANGE,
            {**PAIR, "vae": "vae", "mask": "inpaint_mask"},
            outputs=BOTH,
        ),
        Counterpart(
            "SetUnionControlNetType", "ArmatureUnionType", "none", {"type": "type"}, {"control_net": "control_net"}
        ),
    ),
    on_request=True,
)
