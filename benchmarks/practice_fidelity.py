"""Do the practice controls steer? F1 of edges on held-out scenes by strength and family, and on a photo never seen."""

import time
from statistics import median

import comfy.sample
import torch
from comfy.controlnet import ControlBase
from torch import Tensor

from ..control.unit import Manner
from ..fidelity.edges import EdgeFidelity, edge_fidelity
from ..host.applying import Application, apply
from ..host.loading import load_control
from ..host.practice import load_photo, load_practice_model, practice_controls
from ..practice.world import HELD_OUT_SEEDS, scene
from ..preprocessors.edges.canny import canny
from .report import Case, options, show

CONTROLNET = "practice_canny.safetensors"
STEPS, GUIDANCE, BATCH = 20, 3.0, 8
PLAIN = Manner()
PHOTO_PROMPT = "a large white circle on a red ground"


class Practice:
    def __init__(self):
        self.model, self.clip, self.vae = load_practice_model()
        self.controls = {name: load_control(name) for name in practice_controls()}

    def encoded(self, caption: str) -> list:
        return self.clip.encode_from_tokens_scheduled(self.clip.tokenize(caption))

    def draw(
        self,
        hint: Tensor,
        captions: list[str],
        strength: float,
        seed: int,
        control: ControlBase | None = None,
        steps: int = STEPS,
        manner: Manner = PLAIN,
    ) -> Tensor:
        """Images (B, 3, H, W) in [0, 1] under the control of the hint; by default the ControlNet for Canny edges."""
        control = control or self.controls[CONTROLNET]
        positive = [[torch.cat([self.encoded(caption)[0][0] for caption in captions]), {}]]
        application = Application(control, hint.movedim(1, -1), strength, manner=manner)
        positive, negative = apply(positive, self.encoded(""), application)
        shape = (hint.shape[0], 8, hint.shape[2] // 8, hint.shape[3] // 8)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        conditionings, latent = (positive, negative), torch.zeros(shape)
        latent = comfy.sample.sample(
            self.model, noise, steps, GUIDANCE, "euler", "normal", *conditionings, latent, disable_pbar=True, seed=seed
        )
        return self.vae.decode(latent).movedim(-1, 1)


def scenes(count: int) -> tuple[Tensor, list[str]]:
    """Images (B, 3, 128, 128) in [0, 1] that no training saw, and their captions."""
    drawn = [scene(HELD_OUT_SEEDS + i) for i in range(count)]
    images = torch.stack([torch.from_numpy(s.image) for s in drawn]).movedim(-1, 1).float() / 255
    return images, [s.caption for s in drawn]


def case(name: str, scores: list[EdgeFidelity]) -> Case:
    mean = {key: sum(getattr(score, key) for score in scores) / len(scores) for key in ("precision", "recall", "f1")}
    return {"name": name, **mean, "hausdorff_median": median(score.hausdorff for score in scores)}


def on_scenes(practice: Practice, count: int) -> list[Case]:
    """The ControlNet by strength, then every other family for Canny edges at full strength."""
    images, captions = scenes(count)
    hints, cases = canny(images), []
    runs = [(CONTROLNET, strength) for strength in (0.0, 0.25, 0.5, 1.0)]
    runs += [(name, 1.0) for name in practice.controls if name.startswith("practice_canny_")]
    for control, strength in runs:
        scores: list[EdgeFidelity] = []
        for i in range(0, count, BATCH):
            hint, words = hints[i : i + BATCH], captions[i : i + BATCH]
            scores += edge_fidelity(hint, canny(practice.draw(hint, words, strength, i, practice.controls[control])))
        cases.append(case(f"{count} held-out scenes, {control.removesuffix('.safetensors')}, {strength}", scores))
    return cases


def on_photo(practice: Practice, seeds: int) -> list[Case]:
    hint, cases = canny(load_photo().movedim(-1, 1)), []
    for strength in (0.0, 1.0):
        images = [practice.draw(hint, [PHOTO_PROMPT], strength, seed) for seed in range(seeds)]
        scores = [score for image in images for score in edge_fidelity(hint, canny(image))]
        cases.append(case(f"the bundled photo, {seeds} seeds, strength {strength}", scores))
    return cases


def main() -> None:
    chosen = options(__doc__)
    with torch.inference_mode():
        practice = Practice()
        cases = on_scenes(practice, 16 if chosen.quick else 64) + on_photo(practice, 2 if chosen.quick else 8)
        started = time.perf_counter()
        practice.draw(torch.zeros(1, 3, 256, 256), [PHOTO_PROMPT], 1.0, seed=0)
        spent = time.perf_counter() - started
    show(cases, chosen.json)
    print(f"One 256 x 256 image under control, {STEPS} steps: {spent:.1f} s")


if __name__ == "__main__":
    main()
