"""The page that holds what a run has found beside what the papers say."""

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from . import plots
from .cells import BATCH, DROPPED, HINTS, RATE, Found, planned
from .contenders import ADAPTER, CHOSEN, CONTENDERS, CONTROLNET
from .lessons import SIDE
from .results import Results, at_first, lost_without, mean, number, without_prompts
from .speed import DRAWN, NONE
from .verdicts import verdicts

PUBLISHED_FID = {  # ControlNet-XS, Zavadski et al. 2023, arXiv:2312.06573, on COCO 2017: Canny edges, depth of MiDaS
    "ControlNet": ("361M", 21.18, 19.01),
    "ControlNet-XS A": ("53M", 17.40, 17.11),
    "ControlNet-XS B": ("55M", 15.13, 16.36),
    "ControlNet-XS C": ("117M", 15.34, 16.24),
    "ControlNet-XS B, larger": ("491M", 15.90, 16.91),
    "ControlNet-XS B, smaller": ("12M", 16.56, 17.90),
}
INTRODUCTION = """# Evidence

What the papers on control claim, tried again in miniature. The practice model has a tenth of Stable Diffusion's width,
its world is drawn, and a training lasts minutes: a claim that repeats here is not proved, and one that does not is not
refuted. This page and its pictures are written by `benchmarks.paper` from [evidence.json](evidence.json):

    python3 quickstart.py run benchmarks.paper --json docs/evidence.json
    python3 quickstart.py run benchmarks.paper --json docs/evidence.json --page docs
"""


def write_page(found: Found, folder: Path) -> None:
    results, folder = Results(found), Path(folder)
    parts = [INTRODUCTION, _setting(found), _verdicts(results), *_tables(results), *_pictures(results, folder)]
    (folder / "evidence.md").write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _setting(found: Found) -> str:
    size, cells, bounds = found["size"], found["cells"], found["bounds"]
    of, alone = bounds["the scenes"], bounds["no control"]
    return f"""## What was done

Every network learned for {size["steps"]} steps of {BATCH} scenes, drawn from {size["scenes"]} of {SIDE} x {SIDE}
pixels, on the same locked base with the same learning rate ({RATE:g}, AdamW) and {DROPPED:.0%} of the prompts dropped.
Those of one seed saw the same batches and noise. Then {size["held_out"]} scenes that none had seen were drawn from
their maps and captions, in 10 steps with guidance 3. Of the {len(list(planned(size["steps"])))} trainings planned, the
page holds {len(cells)}; the command goes on from there. An interval is the 95 % one of Student's t over seeds; a number
without one comes from a single training, and decides nothing. On {found["device"]}, one thread.

* **F1**: of the picture's Canny edges against the scene's, within 2 pixels. Without control it is {alone["f1"]:.3f}.
* **MSE-depth**: of the depth that a small network reads from the picture, against the scene's true depth. Of the scenes
  themselves it is {of["depth_mse"]:.4f}, as well as that network reads; without control {alone["depth_mse"]:.4f}.
* **Fréchet**: the distance between the pictures and other scenes, by mean and deviation of each latent channel of the
  autoencoder. Of the scenes themselves it is {of["frechet"]:.3f}, without control {alone["frechet"]:.3f}.
"""


def _verdicts(results: Results) -> str:
    rows = [(one.claim, one.measured, one.verdict) for one in verdicts(results)]
    return "## What repeats, and what does not\n\n" + _table(("the papers", "here", "verdict"), rows)


def _tables(results: Results) -> Iterator[str]:
    published = [(name, size, f"{canny}", f"{depth}") for name, (size, canny, depth) in PUBLISHED_FID.items()]
    yield "## Networks\n"
    for hint in HINTS:
        columns = (f"under {hint}", "parameters", "runs", "F1", "F1, no prompt", "MSE-depth", "Fréchet", "loss")
        if rows := [row for name in CONTENDERS if (row := _row(results, name, hint))]:
            yield _table(columns, rows)
    yield f"The loss of {ADAPTER} is over other noise levels, as its authors train it; the others' compare.\n"
    yield "The paper's Fréchet distances (FID, COCO 2017; less is better), of other bases and a million photographs:\n"
    yield _table(("Zavadski et al. 2023", "parameters", "Canny edges", "depth"), published)
    yield "## Time\n\nProcessor seconds, so that other work counts little; medians of all in turn.\n"
    yield _table(
        ("", "training step", f"sampling step of {DRAWN}", "over the base's"), list(_times(results.found["speeds"]))
    )


def _row(results: Results, name: str, hint: str) -> tuple[str, ...] | None:
    runs = results.runs(name, hint)
    if not runs:
        return None
    parameters = next(iter(runs.values()))["parameters"]
    measured = [number("f1"), without_prompts("f1"), number("depth_mse"), number("frechet"), number("loss")]
    told = [str(mean(runs, one)) for one in measured]
    return name, f"{parameters / 1000:,.0f}k", str(len(runs)), *told


def _times(speeds: Found) -> Iterator[tuple[str, ...]]:
    alone = speeds[NONE]["sampling_s"]
    yield NONE, "", f"{alone:.4f}", ""
    for name in CONTENDERS:
        drawing = speeds[name]["sampling_s"]
        yield name, f"{speeds[name]['training_s']:.3f}", f"{drawing:.4f}", f"{drawing / alone - 1:+.0%}"


def _pictures(results: Results, folder: Path) -> Iterator[str]:
    yield "## Curves\n"
    for hint in HINTS:
        lines = {name: _curve(runs[0]) for name in CONTENDERS if 0 in (runs := results.runs(name, hint))}
        if lines:
            plots.curves(folder / f"evidence_{hint}.png", f"F1 under {hint}, seed 0", lines, "training step")
            yield f"![F1 against the training step, under {hint}](evidence_{hint}.png)\n"
    ablations = {
        "zero convolutions": results.runs(CONTROLNET, "canny"),
        "Gaussian instead": results.runs(CONTROLNET, "canny", zero=False),
        "no dropped prompts": results.runs(CONTROLNET, "canny", dropped=0.0),
    }
    lines = {name: _curve(runs[0]) for name, runs in ablations.items() if 0 in runs}
    if len(lines) > 1:
        plots.curves(folder / "evidence_ablations.png", "ControlNet under canny, seed 0: F1", lines, "training step")
        yield "![F1 of ControlNet with and without zero convolutions and dropped prompts](evidence_ablations.png)\n"
        measured = [number("f1"), without_prompts("f1"), at_first("frechet")]
        columns = ("ControlNet under canny", "runs", "F1", "F1, no prompt", "Fréchet before the first step")
        known = {name: runs for name, runs in ablations.items() if runs}
        yield _table(
            columns, [(name, f"{len(runs)}", *(f"{mean(runs, of)}" for of in measured)) for name, runs in known.items()]
        )
    yield "## Blocks\n\nWhat the F1 loses where one block of a trained network does not act, the mean of its seeds.\n"
    for name in (CONTROLNET, CHOSEN):
        probed = [cell for cell in results.runs(name, "canny").values() if "blocks" in cell]
        if probed:
            file = f"evidence_blocks_{name.split()[0].lower()}.png"
            each = [lost_without(cell) for cell in probed]
            lost = {block: fmean(one[block] for one in each) for block in each[0]}
            plots.bars(folder / file, f"{name} under canny: F1 lost without a block", lost)
            yield f"![F1 lost without each block of {name}]({file})\n"


def _curve(cell: Found) -> list[tuple[float, float]]:
    return [(point["step"], point["f1"]) for point in cell["curve"]]


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
