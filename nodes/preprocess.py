"""The nodes of the declared preprocessors: one for all, one for each family, one for each that wants its own."""

from comfy_api.latest import io

from .. import discovery, preprocessors
from ..errors import UnknownMethod
from ..host import schema
from ..host.preprocessing import preprocess
from ..preprocessors.declare import MAP, Family, Image, Output, Preprocessor
from ..preprocessors.running import Working

ALL = Family(
    id="Preprocess", title="Preprocess", help="Any preprocessor: an image in, its control map out.", default="Canny"
)


def single(preprocessor: Preprocessor) -> type[io.ComfyNode]:
    """The node of one preprocessor, with flat inputs."""

    class Single(io.ComfyNode):
        @classmethod
        def define_schema(cls) -> io.Schema:
            return io.Schema(
                node_id=f"Armature{preprocessor.id}",
                display_name=preprocessor.title,
                category="Armature/preprocessors",
                description=preprocessor.help,
                search_aliases=list(preprocessor.aliases),
                inputs=[
                    schema.image_input(preprocessor.needs_image),
                    *map(schema.widget, preprocessor.options),
                    *schema.common_inputs(optional=True),
                ],
                outputs=[schema.output(one) for one in preprocessor.outputs],
            )

        @classmethod
        def execute(cls, image=None, resolution=0, alpha="white", keep_working_size=False, **options) -> io.NodeOutput:
            return io.NodeOutput(
                *preprocess(preprocessor, image, options, Working(resolution, keep_working_size), alpha)
            )

    return Single


def choice(family: Family, methods: list[Preprocessor], outputs: tuple[Output, ...]) -> type[io.ComfyNode]:
    """The node of several preprocessors. The method comes last: its options may grow without moving other widgets."""
    methods = sorted(methods, key=lambda method: (method.id != family.default, method.title))
    by_title = {method.title: method for method in methods}
    described = [] if family is ALL else [f"- **{method.title}**: {method.help}" for method in methods]
    description = "\n".join([family.help, "", *described]).strip()

    class Choice(io.ComfyNode):
        @classmethod
        def define_schema(cls) -> io.Schema:
            return io.Schema(
                node_id=f"Armature{family.id}",
                display_name=family.title,
                category="Armature/preprocessors",
                description=description,
                search_aliases=[alias for method in methods for alias in (method.title, *method.aliases)],
                inputs=[
                    schema.image_input(any(method.needs_image for method in methods)),
                    *schema.common_inputs(optional=False),
                    schema.method_input(methods),
                ],
                outputs=[schema.output(one) for one in outputs],
            )

        @classmethod
        def execute(
            cls, image=None, resolution=0, alpha="white", keep_working_size=False, method=None
        ) -> io.NodeOutput:
            options = dict(method or {})
            chosen = by_title.get(options.pop("method", None))
            if chosen is None:  # ComfyUI drops the whole input where it does not know the option
                raise UnknownMethod(f"The node's method is not one of: {', '.join(by_title)}. Choose it again.")
            results = preprocess(chosen, image, options, Working(resolution, keep_working_size), alpha)
            return io.NodeOutput(*results[: len(outputs)])

    return Choice


def node_classes() -> list[type[io.ComfyNode]]:
    methods = list(discovery.declared(preprocessors, Preprocessor).values())
    families = discovery.declared(preprocessors, Family).values()
    classes = [single(method) for method in methods if method.flat or method.family is None]
    for family in families:
        own = [method for method in methods if method.family is family]
        if len({method.outputs for method in own}) != 1:
            raise ValueError(f"The methods of family {family.id!r} must have the same outputs, and there must be one.")
        classes.append(choice(family, own, own[0].outputs))
    return [*classes, choice(ALL, [method for method in methods if method.outputs[0].kind is Image], (MAP,))]
