"""One node for each declared preprocessor."""

from comfy_api.latest import io

from .. import discovery, preprocessors
from ..host import images
from ..host.schema import widget
from ..preprocessors.declare import Preprocessor


def node(preprocessor: Preprocessor) -> type[io.ComfyNode]:
    class Preprocess(io.ComfyNode):
        @classmethod
        def define_schema(cls) -> io.Schema:
            return io.Schema(
                node_id=f"Armature{preprocessor.id}",
                display_name=preprocessor.title,
                category="Armature/preprocessors",
                description=preprocessor.help,
                inputs=[io.Image.Input("image", tooltip="One or more images."), *map(widget, preprocessor.options)],
                outputs=[io.Image.Output(tooltip="Control maps, one for each image.")],
            )

        @classmethod
        def execute(cls, image, **options) -> io.NodeOutput:
            return io.NodeOutput(images.apply(preprocessor.run, image, **options))

    return Preprocess


def node_classes() -> list[type[io.ComfyNode]]:
    return [node(preprocessor) for preprocessor in discovery.declared(preprocessors, Preprocessor).values()]
