"""What a control gives the UNet, block by block and step by step, as pictures."""

from comfy_api.latest import io

from ..host.tapping import sheet, table, tapped
from .probing import inputs, optional_inputs, runs

SHADES = ("of all", "of its block")


class Residuals(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureResiduals",
            display_name="Residuals",
            category="Armature/measuring",
            description="Samples once and shows what the control adds in each block at each step: how large it is at "
            "each place, over all channels, for the first image and the positive prompt. Black is nothing.",
            search_aliases=["feature maps", "visualize controlnet", "activations", "heat map"],
            inputs=[
                *inputs(steps=20),
                io.Combo.Input(
                    "brightest",
                    options=list(SHADES),
                    default=SHADES[0],
                    tooltip="What is brightest: the largest value of all, so that blocks can be compared, or that of "
                    "each block, so that its picture is clear.",
                ),
                *optional_inputs(),
            ],
            outputs=[
                io.Image.Output(
                    display_name="picture", tooltip="A row for each block, a column for each step or for eight of them."
                ),
                io.Latent.Output(display_name="latent", tooltip="What was sampled, as KSampler would."),
                io.String.Output(
                    display_name="sizes",
                    tooltip="Roots of mean squares: a line for each block, a number for each step.",
                ),
            ],
        )

    @classmethod
    def execute(cls, brightest, **given) -> io.NodeOutput:
        sampling, application = runs(given)
        latents, tap = tapped(sampling, application)
        found, blocks = tap.magnitudes, application.control.model.places.blocks
        picture = sheet(found, blocks, by_block=brightest == SHADES[1])
        return io.NodeOutput(picture, {**given["latent"], "samples": latents}, table(found))
