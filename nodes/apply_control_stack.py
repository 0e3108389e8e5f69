"""Apply several controls at once, with one strength over all."""

from comfy_api.latest import io

from ..host.applying import Application, apply
from ..host.readout import Panel, Readout
from .applying import STRENGTHS, manner, manner_inputs, negative_input, node_id, outputs, range_inputs, vae_input

ROWS = range(1, 7)


class ApplyControlStack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureApplyControlStack",
            display_name="Apply Control Stack",
            category="Armature",
            description="Guides sampling by up to six controls, in the order of the rows, as a chain of Apply Control "
            "would. A row without a control or an image, of strength 0 or switched off costs nothing.",
            search_aliases=["multi controlnet", "controlnet stack", "apply controlnet"],
            inputs=[
                io.Conditioning.Input("positive", tooltip="The prompt. Gets the controls."),
                io.Float.Input(
                    "strength", tooltip="Of all rows together: it multiplies the strength of each.", **STRENGTHS
                ),
                *range_inputs("the controls begin", "the controls end"),
                negative_input("the same controls"),
                *manner_inputs("every control"),
                vae_input(),
                *(entry for n in ROWS for entry in _row(n)),
            ],
            outputs=outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(
        cls,
        positive,
        strength,
        start_percent,
        end_percent,
        negative=None,
        weights=None,
        schedule=None,
        mask=None,
        options=None,
        vae=None,
        **rows,
    ) -> io.NodeOutput:
        how, panel, percents = (
            manner(weights, schedule, mask, options),
            Panel(node_id(cls)),
            (start_percent, end_percent),
        )
        applications = []
        for n in ROWS:
            control, image = rows.get(f"control_net_{n}"), rows.get(f"image_{n}")
            if not rows.get(f"enabled_{n}", True) or (control is None and image is None):
                continue
            own, readout = strength * rows.get(f"strength_{n}", 1.0), Readout(panel, f"Row {n}")
            if control is None or image is None:
                readout.left_out(f"it has no {'control' if control is None else 'image'}")
            else:
                applications.append(Application(control, image, own, percents, how, None, vae, readout))
        return io.NodeOutput(*apply(positive, negative, *applications))


def _row(n: int) -> list[io.Input]:
    return [
        io.ControlNet.Input(
            f"control_net_{n}", optional=True, tooltip=f"Control {n}, from any loader. Without it the row is left out."
        ),
        io.Image.Input(
            f"image_{n}",
            optional=True,
            tooltip=f"Its control map, cropped and resized to the latent's shape. Without it row {n} is left out.",
        ),
        io.Float.Input(
            f"strength_{n}", optional=True, tooltip=f"Of control {n}: 1 is as trained, 0 is no control.", **STRENGTHS
        ),
        io.Boolean.Input(f"enabled_{n}", default=True, optional=True, tooltip=f"Whether row {n} takes part."),
    ]
