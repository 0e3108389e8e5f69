"""A new ControlNet-XS, as vislearn/ControlNet-XS makes it: random inside, zero towards the base."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from ..backend import Backend
from ..checkpoint import Checkpoint
from ..layers.resnet import Downsample, ResBlock
from ..layers.transformer import SpatialTransformer, TransformerShape
from ..layers.unet_block import Upsample
from ..layers.xs_unet import HEAD_CHANNELS_KEY
from .unet import latent_channels
from .weights import PUBLISHED_HINT, Weights


@dataclass(frozen=True)
class NewControlNetXS:
    """What may be chosen. `width` is that of the first block, `hint` those of the hint encoder, from its input on.

    `kind` and `infusion` are the paper's types and ways to join the streams. `learn_embedding`: it has a time embedding
    of its own, which starts as the base's. `head_channels` is that of its attention, None the published networks'.
    """

    width: int
    hint: tuple[int, ...] = PUBLISHED_HINT
    head_channels: int | None = None
    kind: Literal["A", "B", "C"] = "B"
    infusion: Literal["cat", "add"] = "cat"
    learn_embedding: bool = False

    def checkpoint(self, unet: Mapping[str, Tensor]) -> Checkpoint:
        """Weights with official keys, for the UNet with these weights (ldm keys)."""
        network = _Growing(self, Checkpoint(unet))
        network.grow()
        told = {} if self.head_channels is None else {HEAD_CHANNELS_KEY: str(self.head_channels)}
        return Checkpoint(network.weights, metadata=told)


class _Growing:
    """The network as it is built along the base. `theirs`, `ours`: channels of the two streams.

    `seen` is what the control's next block is given, where it is not `ours` alone.
    """

    def __init__(self, choice: NewControlNetXS, unet: Checkpoint):
        self.choice, self.unet, self.weights = choice, unet, Weights()
        self.base_width = unet.shape("input_blocks.0.0.weight")[0]
        self.embedded = unet.shape("time_embed.2.weight")[0]
        self.theirs = self.ours = self.seen = latent_channels(unet)
        self.skips: list[tuple[int, int]] = []

    def grow(self) -> None:
        self.weights.hint_encoder((*self.choice.hint, self.choice.width))
        if self.choice.learn_embedding:
            learned = self.unet.part("time_embed.").tensors
            self.weights.update({f"control_model.time_embed.{key}": value.clone() for key, value in learned.items()})
        for n in range(self.unet.count("input_blocks")):
            self._block(f"input_blocks.{n}")
            self.skips.append((self.theirs, self.ours))
            if self.choice.kind != "A":
                self._outward(f"enc_zero_convs_out.{n}", self.theirs, self.ours)
            self._infuse(f"enc_zero_convs_in.{n}")
        self._block("middle_block")
        self._outward("middle_block_out", self.theirs, self.ours)
        if self.choice.kind == "C":
            self._decoder()
        else:
            self._exits()

    def _exits(self) -> None:
        """The skips of the control's encoder lead into the base's decoder, before its blocks."""
        running = self.theirs
        for n, (_, ours) in enumerate(reversed(self.skips)):
            self._outward(f"dec_zero_convs_out.{n}", running, ours)
            running = self.unet.shape(f"output_blocks.{n}.0.out_layers.3.weight")[0]

    def _decoder(self) -> None:
        """A decoder of its own, with exchanges after its blocks; nothing uses those of the last, here as there."""
        self._infuse("middle_block_in")
        for n, (_, skip) in enumerate(reversed(self.skips)):
            self.seen += skip
            self._block(f"output_blocks.{n}")
            self._outward(f"dec_zero_convs_out.{n}", self.theirs, self.ours)
            self._infuse(f"dec_zero_convs_in.{n}")

    def _outward(self, name: str, theirs: int, ours: int) -> None:
        self.weights.zero(f"{name}.0", nn.Conv2d(ours, theirs, 1))

    def _infuse(self, name: str) -> None:
        """From the base into the control."""
        added = self.ours if self.choice.infusion == "add" else self.theirs
        self.weights.zero(f"{name}.0", nn.Conv2d(self.theirs, added, 1))
        self.seen = self.ours if self.choice.infusion == "add" else self.ours + self.theirs

    def _block(self, block: str) -> None:
        for i in range(self.unet.count(block)):
            self._layer(f"{block}.{i}")

    def _layer(self, name: str) -> None:
        """The control's counterpart of the base's layer of this name."""
        unet, ours, seen = self.unet, f"control_model.{name}", self.seen
        if unet.bears(f"{name}.proj_in.weight"):
            self.weights.layer(ours, self._transformer(name))
        elif unet.bears(f"{name}.in_layers.2.weight"):
            module = ResBlock(seen, self._widened(f"{name}.in_layers.2.weight"), self.embedded, nn)
            nn.init.zeros_(module.out_layers[-1].weight)
            nn.init.zeros_(module.out_layers[-1].bias)
            self.weights.layer(ours, module)
        elif unet.bears(f"{name}.op.weight"):
            self.weights.layer(ours, Downsample(seen, self._widened(f"{name}.op.weight"), nn))
        elif unet.bears(f"{name}.conv.weight"):
            self.weights.layer(ours, Upsample(self.ours, nn))
        else:
            self.weights.layer(ours, nn.Conv2d(seen, self._widened(f"{name}.weight"), 3, padding=1))

    def _widened(self, key: str) -> int:
        """The control's channels behind the base's layer with this weight, which the streams have from now on."""
        self.theirs = self.unet.shape(key)[0]
        self.ours = self.seen = self.theirs * self.choice.width // self.base_width
        return self.ours

    def _transformer(self, name: str) -> SpatialTransformer:
        unet = self.unet
        shape = TransformerShape(
            channels=self.ours,
            inner=self.ours,
            heads=1,  # not in the weights
            depth=unet.count(f"{name}.transformer_blocks"),
            context_dim=unet.shape(f"{name}.transformer_blocks.0.attn2.to_k.weight")[1],
            linear=len(unet.shape(f"{name}.proj_in.weight")) == 2,
        )
        module = SpatialTransformer(shape, Backend())
        nn.init.zeros_(module.proj_out.weight)
        nn.init.zeros_(module.proj_out.bias)
        return module
