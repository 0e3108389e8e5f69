"""What Apply nodes of other packs ask of a control."""

from dataclasses import replace
from typing import Any

import comfy.controlnet
from torch import Tensor

from ..control.latent_strengths import Strengths
from ..control.mask import effect_mask
from ..control.unit import Manner
from ..control.weights import LayerWeights
from . import peer_objects


class PeerApplied(comfy.controlnet.ControlBase):
    """A control that Advanced-ControlNet's Apply takes for one of its own, because it has `sub_idxs`.

    AnimateDiff-Evolved refuses controls without that; the frames are read where the sampler says them. The names are
    those of adv_control/utils.py, AdvancedControlBase, in 1.5.8. Whatever its Apply sets becomes our manner.
    """

    sub_idxs = None
    allow_condhint_latents = False
    require_vae = False
    postpone_condhint_latents_check = False
    manner: Manner

    def disarm(self) -> None:
        """The first that its Apply calls; it repeats the last image of a short batch."""
        options = self.manner.options
        self.manner = replace(self.manner, options=replace(options, fit=replace(options.fit, batching="hold")))

    def set_timestep_keyframes(self, keyframes: Any) -> None:
        self.manner = replace(self.manner, schedule=peer_objects.schedule(keyframes))

    def set_cond_hint_mask(self, mask: Tensor) -> "PeerApplied":
        self.manner = replace(self.manner, mask=effect_mask(mask, "hold"))
        return self

    @property
    def weights_override(self) -> LayerWeights | None:
        return self.manner.weights

    @weights_override.setter
    def weights_override(self, weights: Any) -> None:
        self.manner = replace(self.manner, weights=peer_objects.layer_weights(weights))

    @property
    def latent_keyframe_override(self) -> Strengths | None:
        return self.manner.images

    @latent_keyframe_override.setter
    def latent_keyframe_override(self, keyframes: Any) -> None:
        self.manner = replace(self.manner, images=peer_objects.latent_strengths(keyframes))
