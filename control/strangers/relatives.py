"""Control networks for UNets that are none of ours."""

from ..architecture import Signature
from .stranger import Stranger

NOT_RUN = "Neither this pack nor ComfyUI runs it."
ANIMATION = "The pack ComfyUI-Advanced-ControlNet runs it."

RELATIVES = (
    Stranger("a SparseCtrl (animation)", Signature(("*motion_modules*", "*controlnet_cond_embedding.*")), ANIMATION),
    Stranger(
        "a ControlNet for Stable Video Diffusion",
        Signature(("*temporal_res_block*", "controlnet_cond_embedding.*")),
        ANIMATION,
    ),
    Stranger("a Uni-ControlNet (local control)", Signature(("local_adapter.*",)), NOT_RUN),
    Stranger("a Uni-ControlNet (global control)", Signature(("global_adapter.*",), ("local_adapter.*",)), NOT_RUN),
    Stranger(
        "a control-lora in PEFT's layout (HighCWu's v2 or v3)",
        Signature(("*conv_in.lora_A*",), ("lora_controlnet",)),
        f"{NOT_RUN} Stability's Control-LoRAs are another format.",
    ),
)
