"""ComfyUI's own control nodes: never missing, and rewritten only where that is asked for."""

from ..declare import Counterpart, Pack

RANGE = {"strength": "strength", "start_percent": "start_percent", "end_percent": "end_percent"}
PAIR = {"positive": "positive", "negative": "negative", "control_net": "control_net", "image": "image"}
LAST_BITS = "none; on a CPU the last bits of sums, as above"
APPLY, LOAD, BOTH = "ArmatureApplyControl", "ArmatureLoadControl", {0: 0, 1: 1}
SQUEEZED = {"areas": "squeeze"}  # prompts for areas see the whole hint
BOUND = {"model": "the control is bound to the model that is sampled"}

COMFYUI = Pack(
    "ComfyUI",
    (
        Counterpart("ControlNetLoader", LOAD, LAST_BITS, {"control_net_name": "name"}),
        Counterpart(
            "DiffControlNetLoader", LOAD, LAST_BITS, {"control_net_name": "name"}, {"model": None}, ignored=BOUND
        ),
        Counterpart("ControlNetApplyAdvanced", APPLY, "none", RANGE, {**PAIR, "vae": "vae"}, SQUEEZED, BOTH),
        Counterpart("ControlNetApplySD3", APPLY, "none", RANGE, {**PAIR, "vae": "vae"}, SQUEEZED, BOTH),
        Counterpart(
            "ControlNetApply",
            APPLY,
            "none",
            {"strength": "strength"},
            {"conditioning": "positive", "control_net": "control_net", "image": "image"},
            {"every_prompt": True, **SQUEEZED},
        ),
        Counterpart(
            "ControlNetInpaintingAliMamaApply",
            APPLY,
            "none; where a control model takes no mask beside its hint ours cuts the hole, theirs ignores the mask",
            RANGE,
            {**PAIR, "vae": "vae", "mask": "inpaint_mask"},
            SQUEEZED,
            BOTH,
        ),
        Counterpart(
            "SetUnionControlNetType", "ArmatureUnionType", "none", {"type": "type"}, {"control_net": "control_net"}
        ),
    ),
    on_request=True,
)
