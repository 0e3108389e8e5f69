"""Frames of POSE_KEYPOINT, as the nodes that make them write them."""

import numpy as np

from armature.benchmarks.crowd import STANDING

COUNTS = {"pose": 18, "foot": 6, "face": 70, "hand_left": 21, "hand_right": 21}


def frame(width=200, height=300, seed=0, people=1, score=None, **parts):
    """Random whole points, at least a pixel from the border; `parts` replace some."""
    generator = np.random.default_rng(seed)
    persons = []
    for _ in range(people):
        person = {}
        for part, count in COUNTS.items():
            places = generator.uniform(1, [width - 2, height - 2], (count, 2))
            scores = generator.uniform(0.05, 1, count) if score is None else np.full(count, score)
            person[f"{part}_keypoints_2d"] = np.column_stack([places, scores]).ravel().tolist()
        persons.append(person | parts)
    return {"canvas_width": width, "canvas_height": height, "people": persons}


def standing(width=200, height=300, score=1.0):
    """One person with a body alone; the other parts are None, as comfyui_controlnet_aux writes them."""
    body = [number for x, y in STANDING for number in (x * width / 100, y * height / 100, score)]
    person = {f"{part}_keypoints_2d": None for part in COUNTS} | {"pose_keypoints_2d": body}
    return {"canvas_width": width, "canvas_height": height, "people": [person]}


def normalised(frame):
    """The same in 0 to 1."""
    scale = np.array([frame["canvas_width"], frame["canvas_height"], 1])

    def divided(numbers):
        return None if numbers is None else (np.reshape(numbers, (-1, 3)) / scale).ravel().tolist()

    return frame | {"people": [{key: divided(part) for key, part in person.items()} for person in frame["people"]]}
