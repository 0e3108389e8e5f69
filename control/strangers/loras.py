"""LoRAs and their relatives, as kohya-ss, diffusers, PEFT and LyCORIS write them."""

from ..architecture import Signature
from .stranger import Stranger

ADVICE = "Load it with Load LoRA; its folder is models/loras."
LYCORIS = ("*.hada_w1_*", "*.lokr_w1*", "*.oft_blocks*", "lora_*.a1.weight", "*.on_input")
OTHERS = ("*motion_modules*", "ip_adapter.*", "id_encoder.*", "*conv_in.lora_A*", "lora_controlnet")

LORAS = (
    *(
        Stranger("a LoRA", Signature((up,), (*LYCORIS, *OTHERS)), ADVICE)
        for up in ("*.lora_up.weight", "*.lora_A.*", "*lora.up.weight", "*.diff")
    ),
    *(Stranger("a LyCORIS", Signature((part,), OTHERS), ADVICE) for part in LYCORIS),
)
