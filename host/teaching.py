"""ComfyUI's models as bases for training, and what a graph holds as examples."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import comfy.model_management
import comfy.model_sampling
import comfy.sd
import torch
from comfy.model_patcher import ModelPatcher
from torch import Tensor

from ..control.hint import Fit
from ..control.model import ControlModel
from ..control.step import Step
from ..control.training.objective import Example, Prompt
from ..errors import MismatchedBatch, MissingInput, WrongBaseModel
from .base_model import ComfyUNet, check_base
from .hints import fitted, hint_size


@contextmanager
def gradients() -> Iterator[None]:
    """ComfyUI runs graphs in inference mode, whose tensors autograd refuses."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


def _copied(patcher: ModelPatcher) -> ModelPatcher:
    """The MODEL with weights of its own, which are not loaded dynamically: that copies weights out of autograd's sight,
    where they cannot learn. ComfyUI's own clone(force_deepcopy=True) is newer than the oldest that the pack runs in.
    """
    if patcher.cached_patcher_init is None:
        raise WrongBaseModel(
            "Training needs a copy of the base, and this one's loader does not tell how to load it again. Use "
            "ComfyUI's own loader."
        )
    again, arguments, *place = patcher.cached_patcher_init
    fresh = again(*arguments, disable_dynamic=True)
    for index in place:
        fresh = fresh[index]
    return patcher.clone(disable_dynamic=True, model_override=fresh.get_clone_model_override())


class ComfyBase:
    """A MODEL as a `Base`: a copy of its own, frozen, computing in `dtype`; its LoRAs are in it.

    Raises:
        WrongBaseModel: the control is for another one, it takes more than latents (an inpainting base), or its loader
            does not tell ComfyUI how to load it again.
    """

    def __init__(self, patcher: ModelPatcher, control: ControlModel, dtype: torch.dtype):
        check_base(control.base, patcher.model)
        if patcher.model.concat_keys:
            raise WrongBaseModel("An inpainting base takes a mask beside the latents. Train on the base it came from.")
        self.patcher = _copied(patcher)
        self.patcher.set_model_compute_dtype(dtype)
        self.load()
        self.model, self.dtype = self.patcher.model, dtype
        self.model.requires_grad_(False)
        self.sampling, self.device = self.model.model_sampling, self.patcher.load_device
        self.unet = ComfyUNet(self.model)

    def load(self) -> None:
        """Be whole on its device, where loading something else may have put it away."""
        comfy.model_management.load_models_gpu([self.patcher], force_full_load=True)

    def sigmas(self, shares: Tensor) -> Tensor:
        if isinstance(self.sampling, comfy.model_sampling.ModelSamplingDiscrete):
            count = len(self.sampling.sigmas)
            return self.sampling.sigma((shares * count).floor().to(self.device))
        levels = [float(self.sampling.percent_to_sigma(1 - share)) for share in shares.tolist()]
        return torch.tensor(levels, device=self.device)

    def noised(self, latents: Tensor, noise: Tensor, sigmas: Tensor) -> Tensor:
        return self.sampling.noise_scaling(sigmas[:, None, None, None], noise, latents)

    def wanted(self, latents: Tensor, noised: Tensor, sigmas: Tensor) -> Tensor:
        """Every prediction of a ComfyUI model leads to the clean latents in a straight line, which is solved here."""
        x, clean, sigma = noised.double(), latents.double(), sigmas.double()
        at_zero, at_one = (
            self.sampling.calculate_denoised(sigma, fill(x), x) for fill in (torch.zeros_like, torch.ones_like)
        )
        return ((clean - at_zero) / (at_one - at_zero)).to(latents.dtype)

    def step(self, noised: Tensor, sigmas: Tensor, prompts: Prompt) -> Step:
        return Step(
            x=self.sampling.calculate_input(sigmas, noised).to(self.dtype),
            timesteps=self.sampling.timestep(sigmas).float(),
            context=prompts.context.to(self.device, self.dtype),
            y=None if prompts.y is None else prompts.y.to(self.device, self.dtype),
            sigma=float(sigmas[0]),
            sigma_at=self.sampling.percent_to_sigma,
            base=self.unet,
        )

    def casting(self) -> torch.autocast:
        """The context in which a control computes as this does, while its weights stay in fp32."""
        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)

    def predict(self, step: Step, patches: dict[str, list]) -> Tensor:
        vector = {} if step.y is None else {"y": step.y}
        options = {"patches": patches}
        return self.model.diffusion_model(step.x, step.timesteps, step.context, transformer_options=options, **vector)

    def prompts(self, conditioning: list, size: tuple[int, int]) -> list[Prompt]:
        """Those of a CONDITIONING, for latents of `size`, as ComfyUI's sampler encodes them."""
        found = []
        for context, extras in conditioning:
            height, width = size
            latent = torch.zeros(1, 1, height, width, device=self.device)
            encoded = self.model.extra_conds(
                **extras,
                cross_attn=context,
                device=self.device,
                noise=latent,
                width=width * 8,
                height=height * 8,
                prompt_type="positive",
            )
            y = encoded["y"].cond.float().clone() if "y" in encoded else None
            found.append(Prompt(encoded["c_crossattn"].cond.float().clone(), y))
        return found


def as_latents(latents: list[dict] | None, images: list[Tensor] | None, vae: comfy.sd.VAE | None) -> list[dict]:
    """ComfyUI's LATENTs, or those of IMAGEs (B, H, W, C) instead.

    Raises:
        MissingInput: there are neither, both, or images without a VAE.
    """
    if (latents is None) == (images is None):
        raise MissingInput("The images are learned from as latents or as they are: connect either latents or images.")
    if latents is not None:
        return latents
    if vae is None:
        raise MissingInput("Images are encoded by the base's VAE: connect it to vae, or latents instead of images.")
    return [{"samples": vae.encode(batch[..., :3])} for batch in images]


def examples(
    base: ComfyBase, control: ControlModel, latents: list, hints: list, conditionings: list
) -> list[list[Example]]:
    """Groups of one size each, from ComfyUI's LATENT, IMAGE and CONDITIONING lists; one of a kind serves all.

    Raises:
        MismatchedBatch: there are not as many of one kind as of another.
    """
    clean = [latent[None] for batch in latents for latent in base.model.process_latent_in(batch["samples"].float())]
    maps = [image[None] for batch in hints for image in batch.movedim(-1, 1).float()]
    prompts = [entry for conditioning in conditionings for entry in conditioning]
    for kind, found in {"hints": maps, "prompts": prompts}.items():
        if len(found) not in (1, len(clean)):
            raise MismatchedBatch(
                f"There are {len(clean)} latents and {len(found)} {kind}. Give as many, or one for all."
            )
    groups: dict[tuple, list[Example]] = {}
    encoded = cache(lambda n, size: base.prompts([prompts[n]], size)[0])
    for n, latent in enumerate(clean):
        size = tuple(latent.shape[-2:])
        hint = fitted(control, maps[n % len(maps)], (0,), hint_size(control, size), Fit())
        prompt = encoded(n % len(prompts), size)
        groups.setdefault(size, []).append(Example(_own(latent[0], base), _own(hint[0], base), prompt))
    return list(groups.values())


def _own(tensor: Tensor, base: ComfyBase) -> Tensor:
    return tensor.to(base.device, copy=True)
