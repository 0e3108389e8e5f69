"""What a control network is trained for: Zhang et al. 2023, arXiv:2302.05543, section 3.3.

The base predicts what noise was added, or a velocity; the control network learns to make that prediction better, given
the hint. Half of the prompts are empty, so that it finds in the hint what they do not say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from ...errors import WrongControl
from ..model import ControlModel
from ..scale import Scale
from ..step import Step
from .addition import as_patches

WHOLE = Scale(1.0)

Draw = Callable[[Tensor], Tensor]
"""Uniform numbers in [0, 1) -> shares of the noise schedule, 0 its cleanest end."""


def uniform(u: Tensor) -> Tensor:
    return u


def cubic(u: Tensor) -> Tensor:
    """More often where it is noisy: Mou et al. 2023, arXiv:2302.08453, section 3.3."""
    return 1 - u**3


class Prompt(NamedTuple):
    """`context` (1, N, D); `y` (1, D), the vector conditioning, for bases that have one."""

    context: Tensor
    y: Tensor | None = None


class Example(NamedTuple):
    """`latent` (C, H, W) as the UNet denoises it, `hint` (c, h, w) in [0, 1] at the network's scale."""

    latent: Tensor
    hint: Tensor
    prompt: Prompt


class Base(Protocol):
    """The frozen base model, as training asks it."""

    def sigmas(self, shares: Tensor) -> Tensor:
        """The noise levels (B,) at shares of the schedule, 0 its cleanest end."""

    def noised(self, latents: Tensor, noise: Tensor, sigmas: Tensor) -> Tensor: ...

    def wanted(self, latents: Tensor, noised: Tensor, sigmas: Tensor) -> Tensor:
        """What the UNet ought to predict: the noise, or the velocity."""

    def step(self, noised: Tensor, sigmas: Tensor, prompts: Prompt) -> Step: ...

    def predict(self, step: Step, patches: dict[str, list]) -> Tensor: ...


@dataclass(frozen=True)
class Lessons:
    """The examples, in groups of one size each, and the empty prompt, with which a share of theirs is replaced.

    `part` is this process's number and how many there are, where several share the work of a batch.
    """

    groups: Sequence[Sequence[Example]]
    empty: Prompt | None = None
    dropped: float = 0.5
    batch: int = 4
    part: tuple[int, int] = (0, 1)

    @property
    def mine(self) -> slice:
        """What this process takes of a batch."""
        number, count = self.part
        return slice(self.batch * number // count, self.batch * (number + 1) // count)

    def pick(self, generator: torch.Generator) -> list[Example]:
        """This process's part of a batch of one group; every example is as likely as any other."""
        sizes = torch.tensor([float(len(group)) for group in self.groups])
        group = self.groups[int(torch.multinomial(sizes, 1, generator=generator))]
        chosen = torch.randint(len(group), (self.batch,), generator=generator).tolist()
        empty = (torch.rand(self.batch, generator=generator) < self.dropped).tolist()
        mine = list(zip(chosen, empty))[self.mine]
        return [group[n]._replace(prompt=self.empty) if drop and self.empty else group[n] for n, drop in mine]


def loss(
    control: ControlModel,
    base: Base,
    lessons: Lessons,
    generator: torch.Generator,
    scale: Scale = WHOLE,
    draw: Draw = uniform,
) -> Tensor:
    """The mean squared error of the base's prediction under control, for this process's part of one batch."""
    batch, count = lessons.pick(generator), lessons.batch
    latents = torch.stack([example.latent for example in batch])
    sigmas = base.sigmas(draw(torch.rand(count, generator=generator))[lessons.mine])
    noise = torch.randn((count, *latents.shape[1:]), generator=generator)[lessons.mine].to(latents)
    noised = base.noised(latents, noise, sigmas)
    step = base.step(noised, sigmas, joined([example.prompt for example in batch]))
    encoded = control.encode(torch.stack([example.hint for example in batch]))
    predicted = controlled(control, base, step, encoded, scale)
    return (predicted.to(latents.dtype) - base.wanted(latents, noised, sigmas)).square().mean()


def controlled(control: ControlModel, base: Base, step: Step, encoded: object, scale: Scale = WHOLE) -> Tensor:
    """What the base predicts under control."""
    return base.predict(step, as_patches(control.output(step, encoded, scale), len(control.base.widths)))


def joined(prompts: Sequence[Prompt]) -> Prompt:
    """(B, N, D) from prompts of one length each, or of lengths that divide the longest: those are repeated."""
    longest = max(prompt.context.shape[1] for prompt in prompts)
    contexts = [prompt.context.repeat(1, longest // prompt.context.shape[1], 1) for prompt in prompts]
    y = None if prompts[0].y is None else torch.cat([prompt.y for prompt in prompts])
    return Prompt(torch.cat(contexts), y)


def only_middle(control: ControlModel) -> Scale:
    """For training on a small scale: only the middle block's link; docs/train.md of lllyasviel/ControlNet.

    Raises:
        WrongControl: it has none.
    """
    linked = {block: float(block[0] == "middle") for block in control.places.blocks}
    if not any(linked.values()):
        raise WrongControl("This control has no link to the middle block, which is to learn alone. Link all at once.")
    return Scale(1.0, linked)
