"""Small diffusers modules with random weights: the second opinion on every layout that diffusers publishes."""

import torch
from torch import Tensor, nn

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, detect
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.layers.resnet import timestep_embedding
from armature.control.model import ControlModel

ALL = discovery.declared(architectures, Architecture).values()
POOLED, TIME_IDS, TIME_WIDTH = 16, 6, 256
VECTOR = POOLED + TIME_IDS * TIME_WIDTH
XL = {
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": TIME_WIDTH,
    "projection_class_embeddings_input_dim": VECTOR,
}


def randomised(module: nn.Module, dtype: torch.dtype, seed: int = 0) -> nn.Module:
    """`module` in `dtype`, no weight of it zero and no layer of it much louder than its input.

    The numbers are those of fp32, which diffusers passes through wherever it puts a model together.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.float().parameters():
            values = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(values * (0.1 if parameter.ndim == 1 else parameter[0].numel() ** -0.5))
        for norm in module.modules():
            if isinstance(norm, nn.GroupNorm | nn.LayerNorm):
                norm.weight += 1
    return module.to(dtype).eval().requires_grad_(False)


def loaded(module: nn.Module) -> ControlModel:
    """Ours, from the state dict that diffusers would save."""
    file = Checkpoint({key: tensor.clone() for key, tensor in module.state_dict().items()})
    architecture, layout = detect(file, ALL)
    assert layout.name.startswith("diffusers")
    return architecture.load(file, layout, Backend())


def random(*shape: int, dtype: torch.dtype, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def vector_conditioning(dtype: torch.dtype) -> tuple[Tensor, dict[str, Tensor]]:
    """The same SDXL conditioning twice: as the ldm UNet's `y`, and as what diffusers calls `added_cond_kwargs`."""
    pooled = random(2, POOLED, dtype=dtype, seed=7)
    time_ids = torch.tensor([[96.0, 64, 0, 8, 96, 64], [512, 768, 16, 0, 640, 480]])
    sizes = timestep_embedding(time_ids.flatten(), TIME_WIDTH).reshape(2, -1).to(dtype)
    return torch.cat([pooled, sizes], dim=1), {"text_embeds": pooled, "time_ids": time_ids}


def difference(ours: Tensor, theirs: Tensor) -> float:
    """As a share of the norm of `theirs`."""
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    return float((ours - theirs).norm() / theirs.norm())
