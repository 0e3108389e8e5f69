"""What a network learns from: latents and prompts are encoded at the start, maps read from files as they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import comfy.sd
import torch
from torch import Tensor

from ..control.hint import Fit
from ..control.model import ControlModel
from ..control.training.objective import Example, Prompt
from ..host.hints import fitted, hint_size
from ..host.teaching import ComfyBase
from .folder import Folder

LATENT_PIXELS = 8


@dataclass(frozen=True, eq=False)
class Examples(Sequence[Example]):
    """Those of a folder. `latents` (N, C, H, W) and the prompts by their captions lie in half precision on the CPU."""

    folder: Folder
    control: ControlModel
    base: ComfyBase
    latents: Tensor
    prompts: dict[str, Prompt]

    def __len__(self) -> int:
        return len(self.latents)

    def __getitem__(self, n: int) -> Example:
        size = hint_size(self.control, self.latents.shape[-2:])
        hint = fitted(self.control, self.folder.hint(n), (0,), size, Fit())[0]
        return Example(self._placed(self.latents[n]), self._placed(hint), self.prompt(self.folder.caption(n)))

    def prompt(self, caption: str) -> Prompt:
        context, y = self.prompts[caption]
        return Prompt(self._placed(context), None if y is None else self._placed(y))

    def _placed(self, tensor: Tensor) -> Tensor:
        return tensor.float().to(self.base.device)


def encoded(folder: Folder, control: ControlModel, base: ComfyBase, clip: comfy.sd.CLIP, vae: comfy.sd.VAE) -> Examples:
    """All that is in the folder, and the empty prompt."""
    images = range(len(folder.files))
    latents = torch.cat([_latent(folder.image(n), base, vae) for n in images])
    captions = {"", *map(folder.caption, images)}
    return Examples(folder, control, base, latents, {one: _prompt(one, folder.side, base, clip) for one in captions})


def _latent(image: Tensor, base: ComfyBase, vae: comfy.sd.VAE) -> Tensor:
    """(1, C, H, W) as the UNet denoises it."""
    with torch.inference_mode():
        latent = vae.encode(image.movedim(1, -1))
    return base.model.process_latent_in(latent.clone().float()).half().cpu()


def _prompt(caption: str, side: int, base: ComfyBase, clip: comfy.sd.CLIP) -> Prompt:
    with torch.inference_mode():
        conditioning = clip.encode_from_tokens_scheduled(clip.tokenize(caption))
    (prompt,) = base.prompts(conditioning, (side // LATENT_PIXELS, side // LATENT_PIXELS))
    return Prompt(*(None if part is None else part.half().cpu() for part in prompt))
