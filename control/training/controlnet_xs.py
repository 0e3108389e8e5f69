"""A new ControlNet-XS of type A or B, as vislearn/ControlNet-XS makes it: random inside, zero towards the base."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from ..backend import Backend
from ..checkpoint import Checkpoint
from ..layers.resnet import Downsample, ResBlock
from ..layers.transformer import SpatialTransformer, TransformerShape
from .weights import Weights


@dataclass(frozen=True)
class NewControlNetXS:
    """What may be chosen. `width` is that of the first block, `hint` those of the hint encoder, from its input on."""

    width: int
    hint: tuple[int, ...]
    head_channels: int
    kind: Literal["A", "B"] = "B"

    def checkpoint(self, unet: Mapping[str, Tensor]) -> Checkpoint:
        """Weights with official keys and infusion "cat", for the UNet with these weights (ldm keys)."""
        network = _Growing(self, Checkpoint(unet))
        network.grow()
        return Checkpoint(network.weights, metadata={"num_head_channels": str(self.head_channels)})


class _Growing:
    """The network as it is built along the base's encoder. `theirs`, `ours`: channels of the two streams."""

    def __init__(self, choice: NewControlNetXS, unet: Checkpoint):
        self.choice, self.unet, self.weights = choice, unet, Weights()
        self.base_width = unet.shape("input_blocks.0.0.weight")[0]
        self.embedded = unet.shape("time_embed.2.weight")[0]
        self.ours = self.theirs = 0
        self.skips: list[tuple[int, int]] = []

    def grow(self) -> None:
        self.weights.hint_encoder((*self.choice.hint, self.choice.width))
        for n in range(self.unet.count("input_blocks")):
            self._block(f"input_blocks.{n}")
            self.skips.append((self.theirs, self.ours))
            if self.choice.kind == "B":
                self._outward(f"enc_zero_convs_out.{n}", self.theirs, self.ours)
            self.weights.zero(f"enc_zero_convs_in.{n}.0", nn.Conv2d(self.theirs, self.theirs, 1))
            self.ours += self.theirs
        self._block("middle_block")
        self._outward("middle_block_out", self.theirs, self.ours)
        running = self.theirs
        for n, (_, ours) in enumerate(reversed(self.skips)):
            self._outward(f"dec_zero_convs_out.{n}", running, ours)
            running = self.unet.shape(f"output_blocks.{n}.0.out_layers.3.weight")[0]

    def _outward(self, name: str, theirs: int, ours: int) -> None:
        self.weights.zero(f"{name}.0", nn.Conv2d(ours, theirs, 1))

    def _block(self, block: str) -> None:
        for i in range(self.unet.count(block)):
            self._layer(f"{block}.{i}")

    def _layer(self, name: str) -> None:
        """The control's counterpart of the base's layer of this name."""
        unet, ours = self.unet, f"control_model.{name}"
        if unet.bears(f"{name}.proj_in.weight"):
            self.weights.layer(ours, self._transformer(name))
        elif unet.bears(f"{name}.in_layers.2.weight"):
            module = ResBlock(self.ours, self._widened(f"{name}.in_layers.2.weight"), self.embedded, nn)
            nn.init.zeros_(module.out_layers[-1].weight)
            nn.init.zeros_(module.out_layers[-1].bias)
            self.weights.layer(ours, module)
        elif unet.bears(f"{name}.op.weight"):
            self.weights.layer(ours, Downsample(self.ours, self._widened(f"{name}.op.weight"), nn))
        else:
            inner = unet.shape(f"{name}.weight")[1]
            self.weights.layer(ours, nn.Conv2d(inner, self._widened(f"{name}.weight"), 3, padding=1))

    def _widened(self, key: str) -> int:
        """The control's channels behind the base's layer with this weight, which the streams have from now on."""
        self.theirs = self.unet.shape(key)[0]
        self.ours = self.theirs * self.choice.width // self.base_width
        return self.ours

    def _transformer(self, name: str) -> SpatialTransformer:
        unet = self.unet
        shape = TransformerShape(
            channels=self.ours,
            inner=self.ours,
            heads=self.ours // self.choice.head_channels,
            depth=unet.count(f"{name}.transformer_blocks"),
            context_dim=unet.shape(f"{name}.transformer_blocks.0.attn2.to_k.weight")[1],
            linear=len(unet.shape(f"{name}.proj_in.weight")) == 2,
        )
        module = SpatialTransformer(shape, Backend())
        nn.init.zeros_(module.proj_out.weight)
        nn.init.zeros_(module.proj_out.bias)
        return module
