"""The blueprints, found in the search as a user finds them, completed with the practice model, and run."""

import pytest
from safetensors.torch import save_file

from ..preprocessors.annotators import MANIFESTS, random_weights
from ..preprocessors.tiny_networks import shapes

APPLY, STACK = "ArmatureApplyControl", "ArmatureApplyControlStack"
STEPS = 2
NETWORKS = {  # published names and small networks of their layout
    "depth_anything_v2_vits": shapes("depth_anything_v2"),
    "dw-ll_ucoco_384": MANIFESTS["narrow_dwpose"],
}
SEARCH = "() => app.extensionManager.command.execute('Workspace.SearchBox.Toggle')"
PLACED = "title => app.graph.nodes.find(node => node.title === title && !node.flags.ghost)?.id"
INPUTS = "id => app.graph.getNodeById(id).inputs.filter(input => !input.widget).map(input => input.name)"
OUTPUTS = "id => app.graph.getNodeById(id).outputs.map(output => output.name)"


def placed(frontend, name):
    """The id of a blueprint's node, put on the graph by its name in the search."""
    page = frontend.page
    page.evaluate(SEARCH)
    search = page.get_by_role("combobox", name="Add a node")
    search.fill(name)
    page.get_by_text("Subgraph Blueprints / Armature").first.wait_for()
    search.press("Enter")
    search.wait_for(state="detached")
    page.mouse.move(900, 400)
    page.mouse.click(900, 400)
    return frontend.until(PLACED, name)


@pytest.fixture
def networks(models):
    (models / "annotators").mkdir(parents=True, exist_ok=True)
    for name, held in NETWORKS.items():
        save_file(random_weights(held), models / "annotators" / f"{name}.safetensors")


@pytest.mark.parametrize(
    "name", ["Control by Edges", "Control by Depth", "Control by Pose", "Inpaint under Control", "Two Controls"]
)
def test_a_blueprint_is_found_completed_and_run(frontend, networks, shot, name):
    blueprint = placed(frontend, name)
    model, photo = frontend.add("ArmatureLoadPracticeModel", 80, 160), frontend.add("ArmaturePracticePhoto", 80, 300)
    mask, prompt = frontend.add("SolidMask", 80, 420), frontend.add("CLIPTextEncode", 400, 160)
    edges, latent = frontend.add("ArmatureCanny", 80, 620), frontend.add("EmptyLatentImage", 400, 420)
    sampler, image = frontend.add("KSampler", 1250, 160), frontend.add("VAEDecode", 1250, 420)
    shown = frontend.add("PreviewImage", 1250, 540)
    for node, values in {latent: {"width": 128, "height": 128}, sampler: {"steps": STEPS}}.items():
        for widget, value in values.items():
            frontend.choose(node, widget, value)
    sources = {
        **{"positive": (prompt, 0), "negative": (prompt, 0), "image": (photo, 0), "mask": (mask, 0), "vae": (model, 2)},
        **{"image_1": (edges, 0), "image_2": (edges, 0)},
    }
    for given in frontend.page.evaluate(INPUTS, blueprint):
        frontend.link(*sources[given], blueprint, given)
    made = frontend.page.evaluate(OUTPUTS, blueprint)
    latents = (blueprint, made.index("latent")) if "latent" in made else (latent, 0)
    links = [
        *[(model, 1, prompt, "clip"), (photo, 0, edges, "image"), (model, 0, sampler, "model")],
        *[
            (blueprint, 0, sampler, "positive"),
            (blueprint, 1, sampler, "negative"),
            (*latents, sampler, "latent_image"),
        ],
        *[(sampler, 0, image, "samples"), (model, 2, image, "vae"), (image, 0, shown, "images")],
    ]
    for source, slot, target, given in links:
        frontend.link(source, slot, target, given)
    record = frontend.run()
    shot("run")
    assert record["status"]["status_str"] == "success"
    told = frontend.told(STACK if name == "Two Controls" else APPLY)
    assert told.count(f"{STEPS} of {STEPS} steps (1-{STEPS}), strength 1\n") == (2 if name == "Two Controls" else 1)
