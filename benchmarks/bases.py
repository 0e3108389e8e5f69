"""Base models in the published shapes, at any width, with random weights; and one step of ComfyUI's sampler on them."""

from collections.abc import Callable
from dataclasses import dataclass

import comfy.latent_formats
import comfy.model_base
import comfy.model_management
import comfy.model_patcher
import comfy.supported_models_base
import torch

from .stopwatch import Stopwatch

PUBLISHED_WIDTH, PUBLISHED_LATENTS = 320, {"SD 1.5": 64, "SDXL": 128}
SIGMA, BATCH, TOKENS = 5.0, 2, 77
META = torch.device("meta")
BLOCKS = {"image_size": 32, "in_channels": 4, "use_spatial_transformer": True, "use_temporal_attention": False}
SD15 = {
    **BLOCKS,
    "model_channels": 320,
    "num_res_blocks": [2, 2, 2, 2],
    "channel_mult": (1, 2, 4, 4),
    "transformer_depth": [1, 1, 1, 1, 1, 1, 0, 0],
    "transformer_depth_output": [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
    "transformer_depth_middle": 1,
    "num_heads": 8,
    "num_head_channels": -1,
    "context_dim": 768,
    "adm_in_channels": None,
    "legacy": False,
}


def sdxl(depth: int) -> dict:
    return {
        **BLOCKS,
        "model_channels": 320,
        "num_res_blocks": [2, 2, 2],
        "channel_mult": (1, 2, 4),
        "transformer_depth": [0, 0, 2, 2, depth, depth],
        "transformer_depth_output": [0, 0, 0, 2, 2, 2, depth, depth, depth],
        "transformer_depth_middle": depth,
        "num_heads": -1,
        "num_head_channels": 64,
        "context_dim": 2048,
        "use_linear_in_transformer": True,
        "num_classes": "sequential",
        "adm_in_channels": 2816,
        "legacy": False,
    }


class Config(comfy.supported_models_base.BASE):
    unet_extra_config = {}
    latent_format = comfy.latent_formats.SD15


def randomise(module: torch.nn.Module) -> torch.nn.Module:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(0, 0.02)
    return module.eval()


@dataclass(frozen=True)
class Shape:
    """A UNet of the family `name` whose first block has `width` channels; every other width follows, the text's too.

    `depth` is that of SDXL's deepest transformers.
    """

    name: str
    width: int = PUBLISHED_WIDTH
    depth: int = 10

    @property
    def unet(self) -> dict:
        """The keyword arguments of ComfyUI's UNetModel and ControlNet."""
        published = {"SD 1.5": SD15, "SDXL": sdxl(self.depth)}[self.name]
        text = published["context_dim"] * self.width // PUBLISHED_WIDTH
        return {**published, "model_channels": self.width, "context_dim": text}

    @property
    def words(self) -> str:
        return self.name if self.width == PUBLISHED_WIDTH else f"{self.name} at width {self.width}"

    def base(self, device: torch.device, dtype: torch.dtype = torch.float32) -> comfy.model_base.BaseModel:
        """Without weights on the meta device."""
        base = comfy.model_base.BaseModel(Config({**self.unet, "out_channels": 4, "dtype": dtype}), device=device)
        if device != META:
            randomise(base.diffusion_model)
        return base

    def inputs(self, side: int, device: torch.device, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, dict]:
        """A latent (2, 4, side, side) for both prompts, and their conditioning."""
        cond = {"c_crossattn": torch.randn(BATCH, TOKENS, self.unet["context_dim"], device=device, dtype=dtype)}
        if y_dim := self.unet["adm_in_channels"]:
            cond["y"] = torch.randn(BATCH, y_dim, device=device, dtype=dtype)
        return torch.randn(BATCH, 4, side, side, device=device), cond


class Sampler:
    """A base on the device that ComfyUI chose, and an evaluation of it as ComfyUI's sampler makes one."""

    def __init__(self, shape: Shape, side: int):
        self.device = comfy.model_management.get_torch_device()
        self.dtype = torch.float32 if self.device.type == "cpu" else torch.float16
        self.shape, self.side, self.base = shape, side, shape.base(self.device, self.dtype)
        self.patcher = comfy.model_patcher.ModelPatcher(
            self.base, self.device, comfy.model_management.unet_offload_device()
        )
        self.x, self.cond = shape.inputs(side, self.device, self.dtype)
        self.sigma = torch.full((BATCH,), SIGMA, device=self.device)

    @property
    def words(self) -> str:
        return f"{self.shape.words}, latent {self.side} x {self.side}, {str(self.dtype).removeprefix('torch.')}"

    def begin(self, *controls) -> None:
        """What happens before the first step of a run."""
        models = [model for control in controls for model in control.get_models()]
        comfy.model_management.load_models_gpu([self.patcher, *models])
        self.patcher.pre_run()
        for control in controls:
            control.pre_run(self.base, self.base.model_sampling.percent_to_sigma)

    def control(self, control, options: dict) -> dict | None:
        return control.get_control(self.x, self.sigma, self.cond, BATCH, options)

    def step(self, control=None) -> tuple[float, float]:
        """Seconds of one evaluation, and of the control in it: before the UNet, and in the patches that run inside.

        What the UNet needs to add ready residuals, less than a hundredth of a ControlNet's time, is not the control's.
        """
        whole, controlling = Stopwatch(self.device), Stopwatch(self.device)
        options = {"cond_or_uncond": [1, 0]}
        with whole:
            with controlling:
                given = control and self.control(control, options)
            options["patches"] = {
                point: [_timed(controlling, patch) for patch in patches]
                for point, patches in options.get("patches", {}).items()
            }
            self.base.apply_model(self.x, self.sigma, **self.cond, control=given, transformer_options=options)
        return whole.seconds, controlling.seconds


def _timed(watch: Stopwatch, function: Callable) -> Callable:
    def inside(*given):
        with watch:
            return function(*given)

    return inside
