"""The built-in practice model as ComfyUI's MODEL, CLIP and VAE.

ComfyUI detects checkpoints by a list of its own that holds no model of this size, so each part is put together here.
"""

import json
from functools import partial
from pathlib import Path

import comfy.latent_formats
import comfy.ldm.models.autoencoder
import comfy.model_base
import comfy.model_management
import comfy.model_patcher
import comfy.ops
import comfy.sd
import comfy.sd1_clip
import comfy.supported_models_base
import comfy.utils
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..practice.autoencoder import Autoencoder
from ..practice.shape import CONTEXT_DIM, LATENT_CHANNELS, TEXT, UNET
from .images import to_image

PRACTICE = Path(__file__).resolve().parent.parent / "practice"
PHOTO = PRACTICE / "coffee.jpg"
WEIGHTS = PRACTICE / "weights"
PRACTICE_MODEL = WEIGHTS / "practice.safetensors"
NAME = "practice"
SMALLEST_KL = {
    "double_z": True,
    "z_channels": LATENT_CHANNELS,
    "resolution": 64,
    "in_channels": 3,
    "out_ch": 3,
    "ch": 32,
    "ch_mult": [1],
    "num_res_blocks": 1,
    "attn_resolutions": [],
    "dropout": 0.0,
}


class PracticeLatents(comfy.latent_formats.LatentFormat):
    latent_channels = LATENT_CHANNELS


class PracticeConfig(comfy.supported_models_base.BASE):
    unet_extra_config = {}
    latent_format = PracticeLatents
    memory_usage_factor = 0.2

    def model_type(self, state_dict, prefix=""):
        return comfy.model_base.ModelType.V_PREDICTION

    def inpaint_model(self):
        return False  # ComfyUI takes more than four latent channels for an inpainting model


class PracticeTextModel(comfy.sd1_clip.SDClipModel):
    def __init__(self, device="cpu", dtype=None, model_options=None):
        super().__init__(
            device=device,
            dtype=dtype,
            textmodel_json_config=dict(TEXT),
            return_projected_pooled=False,
            model_options=model_options or {},
        )


class PracticeClip(comfy.sd1_clip.SD1ClipModel):
    def __init__(self, device="cpu", dtype=None, model_options=None):
        super().__init__(device, dtype, model_options or {}, clip_name=NAME, clip_model=PracticeTextModel)


class PracticeTokenizer(comfy.sd1_clip.SD1Tokenizer):
    def __init__(self, embedding_directory=None, tokenizer_data=None):
        tokenizer = partial(comfy.sd1_clip.SDTokenizer, embedding_size=CONTEXT_DIM, embedding_key=f"clip_{NAME}")
        super().__init__(embedding_directory, tokenizer_data or {}, clip_name=NAME, tokenizer=tokenizer)


def practice_controls() -> dict[str, Path]:
    """The built-in control models of the practice model, by the names that the loader shows."""
    return {path.name: path for path in sorted((WEIGHTS / "controls").glob("*.safetensors"))}


def load_practice_model() -> tuple[comfy.model_patcher.ModelPatcher, comfy.sd.CLIP, comfy.sd.VAE]:
    """The three parts of the file that practice/training/export.py writes."""
    tensors, metadata = comfy.utils.load_torch_file(str(PRACTICE_MODEL), safe_load=True, return_metadata=True)
    return (
        load_model(_part(tensors, "model.diffusion_model."), json.loads(metadata["latent_rgb_factors"])),
        load_clip(_part(tensors, "cond_stage_model.")),
        load_vae(_part(tensors, "first_stage_model.")),
    )


def load_photo() -> Tensor:
    """The bundled photo as an IMAGE (1, 256, 256, 3)."""
    pixels = np.asarray(Image.open(PHOTO).convert("RGB"))
    return to_image(torch.from_numpy(pixels.copy()).movedim(-1, 0)[None].float() / 255)


def load_model(weights: dict[str, Tensor], rgb_factors: list[list[float]]) -> comfy.model_patcher.ModelPatcher:
    management = comfy.model_management
    config = PracticeConfig(UNET)
    *config.latent_format.latent_rgb_factors, config.latent_format.latent_rgb_factors_bias = rgb_factors
    size, device = comfy.utils.calculate_parameters(weights), management.get_torch_device()
    dtype = management.unet_dtype(
        model_params=size, supported_dtypes=config.supported_inference_dtypes, weight_dtype=torch.float16
    )
    config.set_inference_dtype(dtype, management.unet_manual_cast(dtype, device, config.supported_inference_dtypes))
    model = config.get_model(weights, "", device=management.unet_inital_load_device(size, dtype))
    patcher = comfy.model_patcher.CoreModelPatcher(model, device, management.unet_offload_device())
    model.load_model_weights(weights, "", assign=patcher.is_dynamic())
    patcher.cached_patcher_init = (_model_again, ())
    return patcher


def load_clip(weights: dict[str, Tensor]) -> comfy.sd.CLIP:
    target = comfy.supported_models_base.ClipTarget(PracticeTokenizer, PracticeClip)
    return comfy.sd.CLIP(target, parameters=comfy.utils.calculate_parameters(weights), state_dict=weights)


def load_vae(weights: dict[str, Tensor]) -> comfy.sd.VAE:
    """ComfyUI's VAE chooses its network by key names and takes no other, so a small one of its own is replaced."""
    config = {"ddconfig": SMALLEST_KL, "embed_dim": LATENT_CHANNELS}
    stand_in = comfy.ldm.models.autoencoder.AutoencoderKL(**config)
    vae = comfy.sd.VAE(sd=stand_in.state_dict(), config={"params": config})
    autoencoder = Autoencoder(LATENT_CHANNELS, ops=comfy.ops.disable_weight_init)
    autoencoder.load_state_dict(weights)
    vae.first_stage_model = autoencoder.eval().requires_grad_(False).to(vae.vae_dtype)
    vae.patcher = comfy.model_patcher.CoreModelPatcher(
        vae.first_stage_model, vae.device, comfy.model_management.vae_offload_device()
    )
    vae.latent_channels, vae.size = LATENT_CHANNELS, None
    vae.memory_used_encode = lambda shape, dtype: 400 * shape[2] * shape[3] * dtype.itemsize
    vae.memory_used_decode = lambda shape, dtype: 400 * shape[2] * shape[3] * 64 * dtype.itemsize
    return vae


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}


def _model_again(disable_dynamic: bool = False) -> comfy.model_patcher.ModelPatcher:
    """ComfyUI asks for a second copy of the model where hooks or several GPUs need one."""
    return load_practice_model()[0]
