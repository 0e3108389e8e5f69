"""The strength of one image of a batch, and what the nodes for several have in common with it."""

from comfy_api.latest import io

from ..control.latent_strengths import LatentStrengths
from ..host import peer_objects
from .applying import STRENGTHS, AnyLatentStrengths
from .applying import LatentStrengths as Socket


class LatentStrength(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureLatentStrength",
            display_name="Latent Strength",
            category="Armature/applying",
            description="Multiplies the strength of a control for one image of the batch, or frame of a video.",
            search_aliases=["latent keyframe"],
            inputs=[
                io.Int.Input(
                    "image",
                    default=0,
                    min=-100000,
                    max=100000,
                    tooltip="Its number: from 0 up, or from the end with -1 as the last.",
                ),
                io.Float.Input("strength", tooltip="Multiplies that of Apply Control for this image.", **STRENGTHS),
                previous_input("this node wins"),
            ],
            outputs=outputs(),
        )

    @classmethod
    def execute(cls, image, strength, previous=None) -> io.NodeOutput:
        before = strengths_before(previous)
        return io.NodeOutput(before.after(LatentStrengths(((image, strength),))))


def previous_input(winner: str = "those win") -> io.Input:
    return AnyLatentStrengths.Input(
        "previous", optional=True, tooltip=f"Strengths of other images. Of two for one image {winner}."
    )


def outputs() -> list[io.Output]:
    return [
        Socket.Output(
            display_name="strengths", tooltip="For latent_strengths of Apply Control, a keyframe, or more of them."
        )
    ]


def strengths_before(previous) -> LatentStrengths:
    return LatentStrengths(peer_objects.latent_strengths(previous) or ())


def strengths_after(previous, own: LatentStrengths) -> LatentStrengths:
    return own.after(strengths_before(previous))
