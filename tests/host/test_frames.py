"""What sockets carry, as one item a frame."""

import pytest

from armature.host.frames import as_frames
from armature.preprocessors.declare import Boxes

BOX = {"x": 1, "y": 2, "width": 30, "height": 40}
OWN = (1.0, 2.0, 30.0, 40.0)


@pytest.mark.parametrize(
    "given, boxes",
    [
        (BOX, [[OWN]]),
        ([BOX, BOX], [[OWN, OWN]]),
        ([[BOX], []], [[OWN], []]),
        ([], [[]]),
        ([[BOX | {"label": "person", "score": 0.4}, BOX | {"label": "chair"}]], [[OWN]]),
    ],
)
def test_every_form_of_comfyuis_boxes_is_read(given, boxes):
    assert as_frames(Boxes, given) == boxes
