"""Download a preprocessor's weights, when asked to."""

from comfy_api.latest import io, ui

from ..host.annotators import published
from ..host.weights import get_weights


class GetWeights(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureGetWeights",
            display_name="Get Weights",
            category="Armature/preprocessors",
            description="Downloads weights of a preprocessor into models/annotators, if they are not there. What was "
            "cut off or stopped goes on where it was; size and SHA-256 must be those of the published file.",
            search_aliases=["download annotators", "preprocessor models"],
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "file",
                    options=sorted(published(), key=str.lower),
                    tooltip="A file as its authors publish it. docs/weights.md tells its network, size and licence.",
                )
            ],
            outputs=[io.String.Output(tooltip="Where the file is, its size, SHA-256 and licence.")],
        )

    @classmethod
    def fingerprint_inputs(cls, file) -> float:
        return float("nan")  # never the same as before: the file may be gone

    @classmethod
    def execute(cls, file) -> io.NodeOutput:
        text = get_weights(file)
        return io.NodeOutput(text, ui=ui.PreviewText(text))
