"""ControlNet-XS in ComfyUI's UNet against diffusers' UNetControlNetXSModel, which is both networks in one.

Diffusers puts the two together with norms of its own: `corrected` gives them the epsilons and groups of the original
code, which the published weights were trained with.
"""

from types import SimpleNamespace

import comfy.utils
import pytest
import torch
from comfy.ldm.modules.diffusionmodules.util import timestep_embedding
from diffusers import ControlNetXSAdapter, UNet2DConditionModel, UNetControlNetXSModel
from torch import nn

from armature.control.architectures.controlnet_xs import XSOptions
from armature.control.scale import Scale

from ...host import tiny
from .diffusers_modules import XL, difference, loaded, random, randomised, vector_conditioning

TOLERANCES = {torch.float32: 2e-6, torch.float64: 1e-13}  # of the output's norm; measured 0 (one kernel) and 2.3e-15
SD = {
    "block_out_channels": (32, 64, 128, 128),
    "down_block_types": (*["CrossAttnDownBlock2D"] * 3, "DownBlock2D"),
    "up_block_types": ("UpBlock2D", *["CrossAttnUpBlock2D"] * 3),
}
MIXED = 1e-8  # ours folds the strength that mixes in fp32, whatever the weights are; measured 6.3e-10
DEFAULTS = XSOptions()
BASES = {
    "SD1": (tiny.SD1, {**SD, "attention_head_dim": 8}),
    "SD2": (tiny.SD2, {**SD, "attention_head_dim": (1, 2, 4, 4), "use_linear_projection": True}),
    "SDXL": (
        tiny.SDXL,
        {
            **XL,
            "block_out_channels": (32, 64, 128),
            "down_block_types": ("DownBlock2D", *["CrossAttnDownBlock2D"] * 2),
            "up_block_types": (*["CrossAttnUpBlock2D"] * 2, "UpBlock2D"),
            "attention_head_dim": (1, 2, 4),
            "transformer_layers_per_block": (1, 1, 2),
            "use_linear_projection": True,
        },
    ),
}
WIDTHS = {  # of the control's levels, and their heads by the original's rule
    "SD1": [((7, 14, 28, 28), (7, 7, 7, 7)), ((16, 32, 64, 64), (8, 8, 8, 8))],
    "SD2": [((5, 10, 20, 20), (1, 2, 4, 4)), ((16, 32, 64, 64), (2, 4, 8, 8))],
    "SDXL": [((5, 10, 20), (1, 1, 1)), ((33, 66, 132), (1, 2, 3))],
}
CASES = [(family, *sizes) for family in WIDTHS for sizes in WIDTHS[family]]


class Pair:
    """A base in both its forms, a control in both its forms, and what they are given."""

    def __init__(self, family, widths, heads, dtype, size=(16, 16), mix=1.0, learned=False):
        self.family, config = BASES[family]
        self.unet = randomised(UNet2DConditionModel(cross_attention_dim=self.context_dim, **config), dtype, 1)
        options = {"time_embedding_mix": mix, "learn_time_embedding": learned, "block_out_channels": widths}
        hint_widths = {"conditioning_embedding_out_channels": (4, 6, 8, 10)}
        adapter = ControlNetXSAdapter.from_unet(self.unet, num_attention_heads=heads, **options, **hint_widths)
        self.adapter = randomised(adapter, dtype, 2)
        self.x = random(2, 4, *size, dtype=dtype, seed=3)
        self.context = random(2, 7, self.context_dim, dtype=dtype, seed=4)
        self.hint = random(2, 3, 8 * size[0], 8 * size[1], dtype=dtype, seed=5).sigmoid()
        self.timesteps = torch.tensor([10.0, 961.0])
        self.y, self.added = vector_conditioning(dtype) if family == "SDXL" else (None, None)

    @property
    def context_dim(self):
        return self.family.unet["context_dim"]

    def diffusers(self, scale):
        fused = corrected(UNetControlNetXSModel.from_unet(self.unet, self.adapter), self.y is not None).eval()
        given = (self.x, self.timesteps, self.context, self.hint, scale)
        return fused(*given, added_cond_kwargs=self.added, return_dict=False)[0]

    def comfyui(self, scale, options=DEFAULTS):
        base = in_comfyui(self.unet, self.family)

        def time_embedding(timesteps):
            return base.time_embed(timestep_embedding(timesteps, base.model_channels).to(self.x.dtype))

        given = {"x": self.x, "timesteps": self.timesteps, "context": self.context, "y": self.y}
        embeddings = SimpleNamespace(time_embedding=time_embedding, label_embedding=getattr(base, "label_emb", None))
        ours = loaded(self.adapter).with_options(options)
        patches = ours.patches(SimpleNamespace(base=embeddings, **given), ours.encode(self.hint), Scale(scale))
        return base(**given, transformer_options={"patches": patches})


def corrected(fused, sdxl):
    """As in vislearn/ControlNet-XS: at most 32 groups that divide the channels; SDXL's control has one epsilon."""
    for name, norm in fused.named_modules():
        if isinstance(norm, nn.GroupNorm):
            norm.num_groups = max(groups for groups in range(1, 33) if norm.num_channels % groups == 0)
            before_transformer = name.endswith(".norm") and not (sdxl and ".ctrl_" in name)
            norm.eps = 1e-6 if before_transformer else 1e-5
    return fused


def in_comfyui(unet, family):
    """The same weights in ComfyUI's UNetModel."""
    base, weights = tiny.base_model(family).model.diffusion_model, unet.state_dict()
    names = comfy.utils.unet_to_diffusers(family.unet)
    base.load_state_dict({names[key]: tensor.clone() for key, tensor in weights.items()})
    return base.to(unet.dtype)


@torch.no_grad()
@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
@pytest.mark.parametrize("family, widths, heads", CASES, ids=str)
def test_the_output_is_theirs(family, widths, heads, dtype):
    pair = Pair(family, widths, heads, dtype)
    ours = pair.comfyui(0.7)
    assert difference(ours, pair.diffusers(0.7)) <= TOLERANCES[dtype]
    assert difference(ours, pair.comfyui(0.0)) > 0.05


@torch.no_grad()
@pytest.mark.parametrize("family", BASES)
def test_a_learned_time_embedding_is_mixed_as_theirs(family):
    pair = Pair(family, *WIDTHS[family][0], torch.float64, mix=0.7, learned=True)
    ours = pair.comfyui(0.7)
    assert difference(ours, pair.diffusers(0.7)) <= MIXED


@torch.no_grad()
@pytest.mark.parametrize("family", BASES)
def test_their_mix_of_one_is_our_reference_sd_at_any_strength(family):
    pair = Pair(family, *WIDTHS[family][0], torch.float64, mix=1.0, learned=True)
    ours = pair.comfyui(0.7, XSOptions(reference_sd=True))
    assert difference(ours, pair.diffusers(0.7)) <= TOLERANCES[torch.float64]
    assert difference(pair.comfyui(0.7), pair.diffusers(0.7)) > 1e-3
