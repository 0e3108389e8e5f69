"""Files that no architecture of ours loads: what they are, and where they belong."""

from dataclasses import dataclass

from .architecture import Signature
from .checkpoint import Checkpoint


@dataclass(frozen=True)
class Stranger:
    """A kind of file that no declared architecture loads. `advice` says what to do with it.

    `in_core`: ComfyUI has a control model for it.
    """

    what: str
    signature: Signature
    advice: str = ""
    in_core: bool = False


NOT_YET = "This pack does not run it yet."
TRANSFORMER = "a control network for a diffusion transformer"

STRANGERS = (
    Stranger(
        "a whole checkpoint with a diffusion model in it",
        Signature(("model.diffusion_model.*",), ("control_model.*",)),
        "Load it with Load Checkpoint; its folder is models/checkpoints.",
    ),
    Stranger(
        "a diffusion model (a UNet in the diffusers layout)",
        Signature(("down_blocks.*", "up_blocks.*", "conv_in.weight", "time_embedding.linear_1.weight")),
        "Load it with Load Diffusion Model; its folder is models/diffusion_models.",
    ),
    Stranger(
        "a diffusion model (a UNet in the original layout)",
        Signature(("input_blocks.0.0.weight", "output_blocks.*", "out.2.weight"), ("*zero_convs*",)),
        "Load it with Load Diffusion Model; its folder is models/diffusion_models.",
    ),
    Stranger(
        "a LoRA",
        Signature(("*lora_*",), ("lora_controlnet", "*lllite*")),
        "Load it with Load LoRA; its folder is models/loras.",
    ),
    Stranger(
        "a VAE",
        Signature(("*decoder.conv_in.weight", "*encoder.conv_in.weight")),
        "Load it with Load VAE; its folder is models/vae.",
    ),
    Stranger(
        "a CLIP text encoder",
        Signature(("*text_model.embeddings.token_embedding.weight",), ("model.diffusion_model.*",)),
        "Load it with Load CLIP; its folder is models/text_encoders.",
    ),
    Stranger("a Control-LoRA", Signature(("lora_controlnet",)), in_core=True),
    Stranger(
        "a ControlNet-LLLite for a diffusion transformer",
        Signature(("*lllite*",), ("lllite_unet_*",)),
        "Load it with Load Model Patch; its folder is models/model_patches.",
    ),
    Stranger("a ControlNet Union", Signature(("task_embedding", "spatial_ch_projs.weight")), in_core=True),
    Stranger(
        "a difference ControlNet",
        Signature(("difference", "*zero_convs.0.0.weight")),
        "Core's Load ControlNet Model (diff) runs it.",
    ),
    Stranger("a T2I style adapter", Signature(("style_embedding",)), "Load it with Load Style Model."),
    Stranger(
        "a SparseCtrl (animation)",
        Signature(("*motion_modules*", "controlnet_cond_embedding.conv_in.weight")),
        NOT_YET,
    ),
    Stranger(f"{TRANSFORMER} (SD3, Flux, Qwen-Image)", Signature(("controlnet_blocks.0.*",)), in_core=True),
    Stranger(f"{TRANSFORMER} (Qwen-Image Fun)", Signature(("control_blocks.0.after_proj.weight",)), in_core=True),
    Stranger(f"{TRANSFORMER} (HunyuanDiT)", Signature(("after_proj_list.18.bias",)), in_core=True),
    Stranger("a control network for Stable Cascade", Signature(("backbone.*", "projections.*")), in_core=True),
)


def strangers_like(checkpoint: Checkpoint) -> list[Stranger]:
    """The kinds whose signature the checkpoint bears."""
    return [kind for kind in STRANGERS if not kind.signature.mismatches(checkpoint)]


def name_stranger(checkpoint: Checkpoint) -> str | None:
    """What the file is and what to do with it, in one sentence or two; None when it is no known kind."""
    kinds = strangers_like(checkpoint)
    if not kinds:
        return None
    return f"{checkpoint.name} is {' or '.join(kind.what for kind in kinds)}. {kinds[0].advice}".strip()
