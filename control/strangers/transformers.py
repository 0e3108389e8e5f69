"""Control networks for other bases than UNets, which ComfyUI runs, by the keys that comfy/controlnet.py asks for."""

from ..architecture import Signature
from .stranger import Stranger

TRANSFORMER = "a control network for a diffusion transformer"
FIRST, FLUX_NORM = "controlnet_blocks.0.weight", "double_blocks.0.img_attn.norm.key_norm.scale"
SD3, SD35 = "pos_embed_input.proj.weight", "transformer_blocks.0.adaLN_modulation.1.bias"
QWEN, EMBEDDER = "transformer_blocks.0.img_mlp.net.0.proj.weight", "controlnet_x_embedder.weight"


def _in_core(base: str, *has: str, lacks: tuple[str, ...] = ()) -> Stranger:
    return Stranger(f"{TRANSFORMER} ({base})", Signature(has, lacks), in_core=True)


TRANSFORMERS = (
    _in_core("Flux, XLabs layout", FIRST, FLUX_NORM),
    _in_core("Flux, MistoLine", "controlnet_blocks.0.linear.weight"),
    _in_core("Flux, InstantX layout", FIRST, EMBEDDER, lacks=(FLUX_NORM, SD3, QWEN)),
    _in_core("SD3", FIRST, SD3, lacks=(FLUX_NORM, SD35)),
    _in_core("SD3.5", FIRST, SD3, SD35, lacks=(FLUX_NORM,)),
    _in_core("Qwen-Image", FIRST, QWEN, lacks=(FLUX_NORM, SD3)),
    _in_core("Qwen-Image Fun", "control_blocks.0.after_proj.weight", "control_img_in.weight", lacks=(FIRST,)),
    _in_core("HunyuanDiT", "after_proj_list.18.bias"),
    Stranger(
        f"{TRANSFORMER} that ComfyUI does not know",
        Signature((FIRST,), (FLUX_NORM, SD3, QWEN, EMBEDDER)),
        "Neither this pack nor ComfyUI runs it.",
    ),
    *(
        Stranger("a control network for Stable Cascade", Signature((first, "projections.*")), in_core=True)
        for first in ("backbone.0.0.weight", "backbone.10.blocks.0.weight")
    ),
)
