"""Against a live server: what each block of a control is worth, and what it adds, as pictures on the practice model."""

import pytest

from armature.fidelity.sheets import BAR, BARS, CELL, GAP, LABEL, MARGIN, ROW

SIDE, STEPS = 64, 2
MODEL, CLIP = (["model", n] for n in range(2))
CONTROL = "practice_canny.safetensors"
BLOCKS = 13


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


def looking(kind, **more):
    """The node's own inputs, and those that both have."""
    graph = {"positive": ["words", 0], "negative": ["empty", 0], "control_net": ["control", 0], "image": ["edges", 0]}
    sampling = {"seed": 1, "steps": STEPS, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal"}
    acting = {"strength": 1.0, "start_percent": 0.0, "end_percent": 1.0}
    return node(kind, model=MODEL, latent=["latent", 0], **graph, **sampling, **acting, **more)


@pytest.fixture(scope="module")
def run(server):
    small = {"upscale_method": "area", "width": SIDE, "height": SIDE, "crop": "center"}
    return server.run(
        {
            "model": node("ArmatureLoadPracticeModel"),
            "whole": node("ArmaturePracticePhoto"),
            "photo": node("ImageScale", image=["whole", 0], **small),
            "edges": node("ArmatureCanny", image=["photo", 0], low=100, high=200),
            "latent": node("EmptyLatentImage", width=SIDE, height=SIDE, batch_size=1),
            "words": node("CLIPTextEncode", clip=CLIP, text="a photo of a cup"),
            "empty": node("CLIPTextEncode", clip=CLIP, text=""),
            "control": node("ArmatureLoadControl", name=CONTROL),
            "probe": looking("ArmatureBlockProbe", question="without it", lowest=0.0),
            "bars": node("SaveImage", images=["probe", 0], filename_prefix="bars"),
            "effects": node("PreviewAny", source=["probe", 3]),
            "look": looking("ArmatureResiduals", brightest="of its block"),
            "residuals": node("SaveImage", images=["look", 0], filename_prefix="residuals"),
            "sizes": node("PreviewAny", source=["look", 2]),
        }
    )


def test_a_probe_tells_its_progress_and_draws_a_bar_for_every_block(run):
    assert not run.of("execution_error")
    told = [data["value"] for data in run.of("progress") if data["node"] == "probe"]
    assert told == sorted(set(told)) and (told[0], told[-1]) == (1, BLOCKS + 2)  # at most one in a tenth of a second
    lines = run.outputs["effects"]["text"][0].splitlines()
    effects = [float(line.rpartition(" ")[2]) for line in lines]
    blue = (run.images["bars"] == BAR).all(-1)
    lengths = [blue[MARGIN + ROW * n + ROW // 2].sum() for n in range(1, BLOCKS + 1)]
    assert len(effects) == BLOCKS
    assert lengths == pytest.approx([BARS * effect / max(effects) for effect in effects], abs=1)


def test_residuals_are_drawn_for_every_block_and_step(run):
    lines = run.outputs["sizes"]["text"][0].splitlines()
    assert len(lines) == BLOCKS and all(line.count(",") == STEPS - 1 for line in lines)
    picture = run.images["residuals"]
    cells = [picture[ROW + n * (CELL + ROW) : ROW + n * (CELL + ROW) + CELL, LABEL:] for n in range(BLOCKS)]
    assert all(cell[:, x * (CELL + GAP) :][:, :CELL].std() > 5 for cell in cells for x in range(STEPS))
