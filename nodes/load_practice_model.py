"""Load the small built-in diffusion model, to try control without a download."""

from comfy_api.latest import io

from ..host import practice


class LoadPracticeModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureLoadPracticeModel",
            display_name="Load Practice Model",
            category="Armature",
            description="A tiny diffusion model that comes with Armature: draws coloured shapes on a CPU in seconds. "
            'Prompt it like "a large red circle and a small blue star on a grey ground"; 128 to 256 pixels. '
            "Its control model is in Load Control.",
            search_aliases=["tiny model", "test model", "checkpoint"],
            inputs=[],
            outputs=[
                io.Model.Output(tooltip="For KSampler."),
                io.Clip.Output(tooltip="For CLIP Text Encode."),
                io.Vae.Output(tooltip="For VAE Decode and Encode."),
            ],
        )

    @classmethod
    def execute(cls) -> io.NodeOutput:
        return io.NodeOutput(*practice.load_practice_model())
