"""Control that ComfyUI puts on the MODEL, by the keys that comfy_extras/nodes_model_patch.py tells it by."""

from ..architecture import Signature
from .stranger import Stranger


def _patch(what: str, node: str, *has: str, lacks: tuple[str, ...] = ()) -> Stranger:
    advice = (
        f"It is applied to MODEL, not to the prompts: load it with Load Model Patch (ModelPatchLoader) and use {node}; "
        "its folder is models/model_patches."
    )
    return Stranger(what, Signature(has, lacks), advice)


MODEL_PATCHES = (
    _patch(
        "a ControlNet-LLLite for a diffusion transformer", "Apply Anima LLLite", "*lllite*", lacks=("lllite_unet_*",)
    ),
    _patch(
        "a block-wise ControlNet for Qwen-Image (DiffSynth)",
        "Apply Qwen Image DiffSynth ControlNet",
        "controlnet_blocks.0.y_rms.weight",
    ),
    _patch("a USO style projector for Flux", "Apply USO Style Reference", "feature_embedder.mid_layer_norm.bias"),
    _patch("a Z-Image Fun ControlNet", "Apply Z-Image Fun ControlNet", "control_all_x_embedder.2-1.weight"),
    _patch("a Uni3C ControlNet for Wan", "Apply Wan Uni3C ControlNet", "controlnet_patch_embedding.weight"),
    _patch("a MultiTalk patch for Wan", "WanInfiniteTalkToVideo", "audio_proj.proj1.weight"),
    _patch(
        "a SUPIR restorer for SDXL",
        "Apply SUPIR Patch",
        "*control_model.input_hint_block.0.weight",
        "*project_modules.*",
    ),
)
