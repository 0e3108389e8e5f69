"""Draw a control map by hand."""

from comfy_api.latest import io

from ..host.images import to_image, to_mask, to_planes
from ..host.showing import shown
from ..preprocessors.drawing.rendering import rendered
from ..preprocessors.drawing.value import read
from .drawn import KEPT, problem

EMPTY = {"v": 1, "size": [512, 512], "mode": "scribble", "bg": "#000000", "s": []}


class SketchEditor(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureSketchEditor",
            display_name="Sketch Editor",
            category="Armature/preprocessors",
            description="Draws a control map by hand: lines for scribble models, colours for T2I colour, segments in "
            "the colours of ADE20K and COCO. The workflow holds the drawing. Other maps can be corrected with it.",
            search_aliases=["sketch", "scribble", "draw", "paint", "segmentation"],
            inputs=[
                io.Custom("ARMATURE_SKETCH").Input(
                    "sketch",
                    tooltip="The drawing.",
                    extra_dict={"default": EMPTY, "socketless": True},
                ),
                io.Image.Input(
                    "background",
                    optional=True,
                    tooltip="An image to draw over. The map gets its size, and shows it if draw_on_background is on.",
                ),
                io.Image.Input(
                    "size_as", optional=True, tooltip="The map gets the size of this image; the drawing is stretched."
                ),
                io.Boolean.Input(
                    "draw_on_background",
                    default=False,
                    optional=True,
                    tooltip="Keeps the background image in the map, to correct a map that a preprocessor made. The "
                    "eraser then shows it again. Off, it is only there to trace.",
                ),
                io.String.Input(
                    "sketch_json",
                    optional=True,
                    force_input=True,
                    tooltip="A drawing as text, as Copy gives it, in place of the one drawn here.",
                ),
            ],
            **KEPT,
            outputs=[
                io.Image.Output(
                    display_name="map",
                    tooltip="For Apply Control. Lines and segments have hard edges and no other colours, as those that "
                    "models are trained on; colours have soft edges.",
                ),
                io.Mask.Output(display_name="drawn", tooltip="Where something is drawn and not erased."),
            ],
        )

    @classmethod
    def validate_inputs(cls, sketch=None) -> bool | str:
        return problem(read, sketch)

    @classmethod
    def execute(
        cls, sketch, background=None, size_as=None, draw_on_background=False, sketch_json=None
    ) -> io.NodeOutput:
        sizing = background if size_as is None else size_as
        size = None if sizing is None else tuple(sizing.shape[1:3])
        onto = to_planes(background) if draw_on_background and background is not None else None
        image, drawn = rendered(read(sketch if sketch_json is None else sketch_json), size, onto)
        first = None if background is None else background[:1]
        return io.NodeOutput(to_image(image), to_mask(drawn), ui=shown({"background": first}))
