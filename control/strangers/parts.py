"""The parts of a base model, and what else lies in the models folder."""

from ..architecture import Signature
from .stranger import Stranger

DIFFUSION_MODEL = "Load it with Load Diffusion Model; its folder is models/diffusion_models."
CLIP = "Load it with Load CLIP; its folder is models/text_encoders."
CLIP_VISION = "Load it with Load CLIP Vision; its folder is models/clip_vision."
VAE = "Load it with Load VAE; its folder is models/vae."
UPSCALER = "Load it with Load Upscale Model; its folder is models/upscale_models."
EMBEDDING = "Put it into models/embeddings and write embedding:NAME in a prompt."
TOKENS, CHECKPOINT, LORA = "*text_model.embeddings.token_embedding.weight", "model.diffusion_model.*", "*lora*"
CONTROL = ("control_model.*", "*controlnet_*", "*zero_convs*", "local_adapter.*", "*project_modules.*")

PARTS = (
    Stranger(
        "a whole checkpoint with a diffusion model in it",
        Signature((CHECKPOINT,), (*CONTROL, LORA, "*position_net.*")),
        "Load it with Load Checkpoint; its folder is models/checkpoints.",
    ),
    Stranger(
        "a diffusion model (a UNet in the diffusers layout)",
        Signature(("down_blocks.*", "up_blocks.*", "conv_in.weight", "time_embedding.linear_1.weight"), (LORA,)),
        DIFFUSION_MODEL,
    ),
    Stranger(
        "a diffusion model (a UNet in the original layout)",
        Signature(("input_blocks.0.0.weight", "output_blocks.*", "out.2.weight"), (*CONTROL, "*position_net.*")),
        DIFFUSION_MODEL,
    ),
    *(
        Stranger(
            "a diffusion model (a transformer)", Signature((first, "final_layer.*"), (*CONTROL, LORA)), DIFFUSION_MODEL
        )
        for first in ("double_blocks.0.*", "joint_blocks.0.*")
    ),
    Stranger("a VAE", Signature(("*decoder.conv_in.weight", "*encoder.conv_in.weight"), (CHECKPOINT,)), VAE),
    Stranger("a CLIP text encoder", Signature((TOKENS,), (CHECKPOINT,)), CLIP),
    Stranger(
        "a CLIP text encoder",
        Signature(("*token_embedding.weight", "*resblocks.0.attn.in_proj_weight"), (CHECKPOINT, TOKENS)),
        CLIP,
    ),
    Stranger("a T5 text encoder", Signature(("*block.0.layer.0.SelfAttention.q.weight",), (CHECKPOINT,)), CLIP),
    Stranger(
        "a language model as text encoder",
        Signature(("*embed_tokens.weight", "*layers.0.self_attn.q_proj.weight"), (CHECKPOINT,)),
        CLIP,
    ),
    Stranger("a CLIP vision encoder", Signature(("vision_model.*",), (TOKENS,)), CLIP_VISION),
    Stranger("a CLIP vision encoder", Signature(("visual.*",), ("*token_embedding.weight",)), CLIP_VISION),
    Stranger(
        "an AnimateDiff motion module",
        Signature(("*motion_modules*",), ("*controlnet_cond_embedding*", "conv_in.weight")),
        "Load it with the pack ComfyUI-AnimateDiff-Evolved; its folder is models/animatediff_models.",
    ),
    Stranger("an upscaler", Signature(("*conv_first.weight",)), UPSCALER),
    Stranger("an upscaler", Signature(("model.1.sub.0.RDB1.conv1.0.weight",)), UPSCALER),
    Stranger("an embedding (textual inversion)", Signature(("emb_params",)), EMBEDDING),
    Stranger("an embedding (textual inversion)", Signature(("string_to_param.*",)), EMBEDDING),
    Stranger("an embedding (textual inversion)", Signature(("clip_g",)), EMBEDDING),
    Stranger(
        "a hypernetwork",
        Signature(("[0-9]*.0.linear.0.weight", "[0-9]*.1.linear.0.weight")),
        "Load it with Load Hypernetwork; its folder is models/hypernetworks.",
    ),
)
