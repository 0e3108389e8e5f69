from comfy_api.latest import io

from armature.host.locales import definition, texts_without_entry

LOW = io.Int.Input("low", tooltip="Low of Canny.")
OTHER_LOW = io.Int.Input("low", tooltip="Low of blur.")
MASK = io.Mask.Input("mask", tooltip="Where.")
ONTO, OTHER_ONTO = io.Image.Input("onto", tooltip="A map."), io.Image.Input("onto", tooltip="A picture.")
SCHEMA = io.Schema(
    node_id="Example",
    display_name="An Example",
    description="What it does.",
    inputs=[
        io.Image.Input("image", tooltip="One or more."),
        io.DynamicCombo.Input(
            "method",
            tooltip="Which.",
            options=[
                io.DynamicCombo.Option("Canny", [LOW, MASK, ONTO]),
                io.DynamicCombo.Option("Blur", [OTHER_LOW, MASK, OTHER_ONTO]),
            ],
        ),
    ],
    outputs=[io.Image.Output(tooltip="The map."), io.Image.Output(display_name="picture", tooltip="To look at.")],
)


def test_a_node_is_named_with_its_inputs_and_outputs():
    found = definition(SCHEMA)
    assert (found["display_name"], found["description"]) == ("An Example", "What it does.")
    assert found["inputs"]["image"] == {"name": "image", "tooltip": "One or more."}
    assert found["outputs"] == {"0": {"tooltip": "The map."}, "1": {"name": "picture", "tooltip": "To look at."}}


def test_options_of_a_method_are_named_with_it():
    inputs = definition(SCHEMA)["inputs"]
    assert inputs["method_low"] == {"name": "low"}
    assert inputs["method_mask"] == {"name": "mask", "tooltip": "Where."}
    assert inputs["method_onto"] == {"name": "onto"}, "the frontend cannot tell the tooltips of two methods apart"


def test_tooltips_of_widgets_that_belong_to_a_method_have_no_entry():
    assert texts_without_entry([SCHEMA]) == ["Low of Canny.", "Low of blur."]
