"""Apply several hints of different types in one evaluation of a ControlNet Union."""

from typing import get_args

from comfy_api.latest import io

from ..control.architectures.controlnet_union import TYPES, Mathematics
from ..host.applying import Application, apply
from ..host.readout import Panel, Readout
from ..host.union import Row, united
from .applying import manner, manner_inputs, negative_input, node_id, outputs, range_inputs

ROWS = range(1, 5)


class ApplyUnion(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureApplyUnion",
            display_name="Apply Union Control",
            category="Armature",
            description="Guides sampling by up to four images of different types with one ControlNet Union, at the "
            "cost of one. Rows without an image are left out, and so are those of strength 0. After a run it tells "
            "what the control did.",
            search_aliases=["apply controlnet", "multi controlnet", "union", "promax"],
            inputs=[
                io.Conditioning.Input("positive", tooltip="The prompt. Gets the control."),
                io.ControlNet.Input("control_net", tooltip="A ControlNet Union or ProMax from Load Control."),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.0,
                    max=10.0,
                    step=0.01,
                    tooltip="Of all images together, on top of the strength of each. 1 is as trained, 0 is no control.",
                ),
                *range_inputs(),
                io.Combo.Input(
                    "mathematics",
                    options=list(get_args(Mathematics)),
                    default="core",
                    advanced=True,
                    tooltip="core treats every image as ComfyUI treats one. reference is the authors' code: strengths "
                    "also scale the tokens of the types, and the images of a batch influence each other.",
                ),
                negative_input(),
                *(entry for n in ROWS for entry in _row(n)),
                *manner_inputs(),
                io.Mask.Input(
                    "inpaint_mask",
                    optional=True,
                    tooltip="For ProMax, with an image of type repaint: 1 where that is to be made anew. The hole is "
                    "cut into it. Not the mask of where the control acts.",
                ),
            ],
            outputs=outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(
        cls,
        positive,
        control_net,
        strength,
        start_percent,
        end_percent,
        mathematics,
        negative=None,
        weights=None,
        schedule=None,
        mask=None,
        options=None,
        inpaint_mask=None,
        **rows,
    ) -> io.NodeOutput:
        given = [
            Row(rows[f"image_{n}"], rows.get(f"type_{n}", TYPES[0]), rows.get(f"strength_{n}", 1.0))
            for n in ROWS
            if rows.get(f"image_{n}") is not None
        ]
        control, image, own = united(control_net, given, mathematics, inpaint_mask)
        how, readout = manner(weights, schedule, mask, options), Readout(Panel(node_id(cls)))
        percents = (start_percent, end_percent)
        application = Application(control, image, strength * own, percents, how, readout=readout)
        return io.NodeOutput(*apply(positive, negative, application))


def _row(n: int) -> list[io.Input]:
    return [
        io.Image.Input(
            f"image_{n}",
            optional=True,
            tooltip=f"Control map {n}, cropped and resized to the latent's shape. Without it the row is left out.",
        ),
        io.Combo.Input(
            f"type_{n}", options=list(TYPES), default=TYPES[0], optional=True, tooltip=f"What control map {n} shows."
        ),
        io.Float.Input(
            f"strength_{n}",
            default=1.0,
            min=0.0,
            max=10.0,
            step=0.01,
            optional=True,
            tooltip=f"Of control map {n} among the others; 0 leaves it out.",
        ),
    ]
