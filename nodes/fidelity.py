"""How well an image obeys its control map, in numbers and as a picture."""

from comfy_api.latest import io, ui

from .. import discovery, fidelity
from ..errors import UnknownMethod
from ..fidelity.declare import Measure
from ..host import schema
from ..host.measuring import means, measured, told


def node_classes() -> list[type[io.ComfyNode]]:
    measures = sorted(discovery.declared(fidelity, Measure).values(), key=lambda one: (one.id != "Edges", one.title))
    return [_node({measure.title: measure for measure in measures})]


def _node(measures: dict[str, Measure]) -> type[io.ComfyNode]:
    class Fidelity(io.ComfyNode):
        @classmethod
        def define_schema(cls) -> io.Schema:
            return io.Schema(
                node_id="ArmatureFidelity",
                display_name="Fidelity",
                category="Armature",
                description=_description(measures),
                search_aliases=["metrics", "score", "F1", "mIoU", "OKS", "PCK", "Delta E", "compare"],
                is_output_node=True,
                inputs=[
                    io.Image.Input("image", tooltip="One or more images that were made under control."),
                    io.DynamicCombo.Input(
                        "measure", options=[_option(one) for one in measures.values()], tooltip="What is compared."
                    ),
                ],
                outputs=[
                    io.Float.Output(display_name="score", tooltip="The chosen number; the mean of several images'."),
                    io.String.Output(display_name="numbers", tooltip="All numbers, a line for each image."),
                    io.Image.Output(display_name="picture", tooltip="Hits and misses of each image."),
                ],
            )

        @classmethod
        def execute(cls, image, measure) -> io.NodeOutput:
            values = dict(measure)
            chosen = measures.get(values.pop("measure", None))
            if chosen is None:  # ComfyUI drops the whole input where it does not know the option
                raise UnknownMethod(f"The node's measure is not one of: {', '.join(measures)}. Choose it again.")
            number = values.pop("number")
            numbers, pictures = measured(chosen, image, values)
            text = told(numbers)
            return io.NodeOutput(means(numbers)[number], text, pictures, ui=ui.PreviewText(text))

    return Fidelity


def _option(measure: Measure) -> io.DynamicCombo.Option:
    number = io.Combo.Input(
        "number",
        options=list(measure.numbers),
        default=next(iter(measure.numbers)),
        tooltip="Which number comes out as score; the text has all.",
    )
    return io.DynamicCombo.Option(measure.title, [*map(schema.widget, measure.scoring.options), number])


def _description(measures: dict[str, Measure]) -> str:
    lines = ["How well an image obeys its control map: the condition is found in the image again and compared.", ""]
    for title, measure in measures.items():
        lines.append(f"- **{title}**: {' '.join(measure.scoring.help.split())}")
        lines += [f"  - {name}: {meaning}" for name, meaning in measure.numbers.items()]
    return "\n".join(lines)
