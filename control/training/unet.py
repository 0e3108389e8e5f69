"""What the weights of a UNet (ldm keys) say to a new network beside it."""

from ..checkpoint import Checkpoint

RESIDUAL, HALVING = "in_layers.2.weight", "op.weight"


def latent_channels(unet: Checkpoint) -> int:
    """Of the latents that it denoises; an inpainting base takes more than it gives."""
    taken = unet.shape("input_blocks.0.0.weight")[1]
    return min(taken, unet.shape("out.2.weight")[0]) if unet.bears("out.2.weight") else taken


def encoder_widths(unet: Checkpoint) -> tuple[int, ...]:
    """Channels after each input block."""
    return tuple(_width(unet, n) for n in range(unet.count("input_blocks")))


def level_widths(unet: Checkpoint) -> tuple[int, ...]:
    """Channels of each level, the widest resolution first."""
    ends = [n for n in range(unet.count("input_blocks")) if unet.bears(f"input_blocks.{n + 1}.0.{HALVING}")]
    return tuple(_width(unet, n) for n in (*ends, unet.count("input_blocks") - 1))


def _width(unet: Checkpoint, n: int) -> int:
    names = (f"input_blocks.{n}.0.{name}" for name in (RESIDUAL, HALVING, "weight"))
    return unet.shape(next(name for name in names if unet.bears(name)))[0]
