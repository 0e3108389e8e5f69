"""What the preprocessors that need to know more than a photograph says make of the drawn room."""

import torch
from torch import Tensor

from ..preprocessors.normals.conventions import encoded
from ..preprocessors.pose.editing import alone, mirrored, scaled
from ..preprocessors.pose.keypoints import Pose, written
from .help_tiles import Picture, beside, listed, small_planes
from .known_maps import image, learned, normals, objects, of, poses
from .known_room import NAMES, room

BRIGHT = 2  # a seed with which Segments of SAM takes no dark colour
ROOM_FAMILIES = {
    "Depth": ("DepthAnythingV2", "DepthZoe"),
    "Normals": ("NormalsBAE", "NormalsByMidas", "NormalsFromDepth"),
    "Segments": ("SegmentsSegFormer", "SegmentsOneFormer", "SegmentsSAM"),
    "SoftEdges": ("HED", "PiDiNet", "TEED"),
    "DrawPose": ("DrawPoseControlNet", "DrawPoseOpenPifPaf", "DrawPoseT2IKeypose"),
    "Pose": ("DWPose",),
}
WITHOUT_ERROR = (
    "what a network without error would find in it. Not this network's own: its weights are not part of the pack."
)
OF_SEVERAL = "A network's is what one without error would find, not its own: its weights are not part of the pack."


def from_room() -> dict[str, Picture]:
    """By the id of the method, of the family or of the node."""
    seen, skeleton, segments = image(), of("DrawPoseControlNet", poses=poses()), learned()["SegmentsSegFormer"]
    opengl = encoded(normals(), "OpenGL")
    distance = torch.from_numpy(room().distance)[None, None].float()
    things = {"objects": objects(), "classes": ", ".join(NAMES[-len(objects()[0]["masks"]) :])}
    given = {
        "DepthGeometry": (seen, of("DepthGeometry", geometry=[{"depth": distance[0, 0]}])),
        "NormalsFromDepth": (seen, of("NormalsFromDepth", distance.expand(-1, 3, -1, -1), depth="distance")),
        "NormalsConvert": (opengl, of("NormalsConvert", opengl)),
        "SegmentsByClass": (seen, of("SegmentsByClass", **things)),
        "SegmentsSAM": (seen, of("SegmentsSAM", objects=objects(), seed=BRIGHT)),
        "ClassMask": (seen, segments, of("ClassMask", segments)),
        "PoseMask": (seen, skeleton, of("PoseMask", poses=poses())),
        **{name: (seen, of(name, poses=poses())) for name in ROOM_FAMILIES["DrawPose"]},
        **_edited(),
    }
    tiles = {name: [small_planes(one) for one in images] for name, images in given.items()}
    photograph = small_planes(seen)
    tiles |= {name: [photograph, small_planes(map)] for name, map in learned().items()}
    tiles |= {family: [photograph, *(tiles[one][-1] for one in own)] for family, own in ROOM_FAMILIES.items()}
    return {name: Picture(beside(*row), _caption(name)) for name, row in tiles.items()}


def _edited() -> dict[str, tuple[Tensor, Tensor]]:
    """Skeletons before and after, by the ids of nodes."""

    def drawn(pose: Pose) -> Tensor:
        return of("DrawPoseControlNet", poses=[written(pose)])

    one = room().pose
    other = scaled(mirrored(one), 0.7, "person")
    both = Pose(one.width, one.height, one.people + other.people)
    return {
        "SelectPerson": (drawn(both), drawn(alone(both, 0, "left to right"))),
        "TransformPose": (drawn(one), drawn(other)),
    }


def _caption(name: str) -> str:
    shown = {
        "NormalsConvert": "Normals of a drawn room as OpenGL has them, and as BAE's are.",
        "ClassMask": "A drawn room, its segments in ADE20K's colours, and the mask of person.",
        "PoseMask": "A drawn room, the keypoints of the figure in it, and their mask.",
        **dict.fromkeys(ROOM_FAMILIES["DrawPose"], "A drawn room and the keypoints of the figure in it."),
        "NormalsFromDepth": "A drawn room and the normals of its distances.",
        "SelectPerson": "Two people, and the one who is first from the left.",
        "TransformPose": "A person, and the same mirrored and smaller.",
        "SegmentsByClass": "A drawn room and the masks of its things, in the colours of their classes.",
        "SegmentsSAM": "A drawn room and the masks of its things, each in a colour of its own.",
        "DepthGeometry": "A drawn room and its distances as a depth map.",
    }
    if name in shown:
        return shown[name]
    if name in ROOM_FAMILIES:
        by_networks = learned().keys() & set(ROOM_FAMILIES[name])
        return f"A drawn room, then {listed(ROOM_FAMILIES[name])}. {OF_SEVERAL if by_networks else ''}".strip()
    return f"A drawn room and {WITHOUT_ERROR}"
