import numpy as np
import torch

from armature.nodes.select_person import SelectPerson
from armature.nodes.transform_pose import TransformPose
from armature.preprocessors.pose.controlnet import controlnet
from armature.preprocessors.pose.editing import BODY, FACE, FEET, alone, mirrored, scaled, shifted
from armature.preprocessors.pose.keypoints import Pose, read, written
from armature.preprocessors.pose.t2i_keypose import keypose

from .people import frame, standing

NAMES = ["nose", "neck", *(f"{side} {joint}" for side in "rl" for joint in ("shoulder", "elbow", "wrist"))]
NAMES += [f"{side} {joint}" for side in "rl" for joint in ("hip", "knee", "ankle")]
NAMES += ["r eye", "l eye", "r ear", "l ear"]


def placed(*corners, size=20):
    """People of two body points each, on the diagonal of a box."""
    people = []
    for x, y in corners:
        body = [0.0] * 54
        body[:6] = [x, y, 1.0, x + size, y + size, 1.0]
        people.append({"pose_keypoints_2d": body})
    return read({"canvas_width": 200, "canvas_height": 100, "people": people})


def test_mirroring_exchanges_the_sides():
    other = {"r": "l", "l": "r"}
    swapped = [other[name[0]] + name[1:] if name[1] == " " else name for name in NAMES]
    assert [NAMES[point] for point in BODY] == swapped
    for table in (BODY, FACE, FEET):
        assert [table[table[point]] for point in range(len(table))] == list(range(len(table)))
    pose = read(frame(people=2))
    again = mirrored(mirrored(pose))
    for once, twice in zip(pose.people, again.people):
        for part, points in once.parts.items():
            assert np.allclose(points, twice.parts[part], rtol=0, atol=1e-9)
    assert np.array_equal(mirrored(pose).people[0].left_hand[:, 1:], pose.people[0].right_hand[:, 1:])


def test_a_mirrored_face_is_a_face():
    """A symmetric face is its own mirror image, point by point."""
    jaw = [(-np.cos(angle), np.sin(angle)) for angle in np.linspace(0, np.pi, 17)]
    brows = [(x, -0.6 - 0.1 * (abs(x) < 0.5)) for x in (-0.8, -0.65, -0.5, -0.35, -0.2, 0.2, 0.35, 0.5, 0.65, 0.8)]
    nose = [(0, y) for y in (-0.4, -0.3, -0.2, -0.1)] + [(x, 0) for x in (-0.2, -0.1, 0, 0.1, 0.2)]
    right_eye = [(-0.6, -0.4), (-0.5, -0.5), (-0.4, -0.5), (-0.3, -0.4), (-0.4, -0.35), (-0.5, -0.35)]
    left_eye = [(0.3, -0.4), (0.4, -0.5), (0.5, -0.5), (0.6, -0.4), (0.5, -0.35), (0.4, -0.35)]
    outer = [(x, 0.4) for x in (-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3)] + [(x, 0.6) for x in (0.2, 0.1, 0, -0.1, -0.2)]
    inner = [(x, 0.45) for x in (-0.2, -0.1, 0, 0.1, 0.2)] + [(x, 0.55) for x in (0.1, 0, -0.1)]
    points = [*jaw, *brows, *nose, *right_eye, *left_eye, *outer, *inner, (-0.45, -0.4), (0.45, -0.4)]
    face = np.column_stack([np.array(points) * 40 + [99.5, 50], np.ones(70)])
    pose = read({"canvas_width": 200, "canvas_height": 100, "people": [{"face_keypoints_2d": face.ravel().tolist()}]})
    assert np.allclose(mirrored(pose).people[0].face, face)


def test_the_drawing_of_a_mirrored_pose_is_the_mirrored_drawing_with_the_sides_colours():
    given = standing(200, 300)
    for point in range(18):  # whole pixels, so that nothing rounds
        given["people"][0]["pose_keypoints_2d"][3 * point] = float(round(2 * (50 + 3 * (point % 5))))
    points = [keypose(poses=[one], width=1)[0] > 0 for one in (given, written(mirrored(read(given))))]
    orange = [(drawn[0] & drawn[1] & drawn[2]) for drawn in points]
    assert orange[0].any() and (orange[0] ^ orange[1].flip(-1)).float().mean() < 0.01
    green, blue = [(d[1] & ~d[0] & ~d[2]) for d in points], [(d[2] & d[1] & ~d[0]) for d in points]
    assert (green[0] ^ blue[1].flip(-1)).float().mean() < 0.01 and green[0].any()


def test_scaling_keeps_the_centre():
    pose = placed((10, 10), (150, 60))
    canvas, person = scaled(pose, 2, "canvas"), scaled(pose, 2, "person")
    assert canvas.people[0].body[:2].tolist() == [[-80, -30, 1], [-40, 10, 1]]
    assert person.people[0].body[:2].tolist() == [[0, 0, 1], [40, 40, 1]]
    assert person.people[1].body[:2].tolist() == [[140, 50, 1], [180, 90, 1]]
    assert scaled(placed(), 2, "person").people == ()


def test_moving_is_in_percent_of_the_canvas():
    assert shifted(placed((10, 10)), 5, -10).people[0].body[:2].tolist() == [[20, 0, 1], [40, 20, 1]]


def test_missing_points_stay_missing():
    moved = shifted(scaled(mirrored(placed((10, 10))), 3, "person"), 5, 5)
    assert (moved.people[0].body[2:, 2] == 0).all() and not moved.people[0].face[:, 2].any()
    assert written(moved)["people"][0]["pose_keypoints_2d"][6:] == [0.0] * 48


def test_a_person_is_counted_in_the_order_asked_for():
    pose = placed((100, 10), (10, 30), (60, 50))
    left = [alone(pose, index, "left to right").people[0].body[0, 0] for index in range(3)]
    assert left == [10, 60, 100] and alone(pose, 0, "as given").people == pose.people[:1]
    assert alone(pose, 3, "left to right").people == ()
    small, large = placed((0, 0), size=5).people[0], placed((50, 50), size=9).people[0]
    assert alone(Pose(200, 100, (small, large)), 0, "largest first").people == (large,)


def test_the_nodes_give_what_a_pose_node_gives():
    poses = [standing(), {"canvas_width": 200, "canvas_height": 300, "people": []}]
    unchanged = TransformPose.execute(poses, False, 1.0, "canvas", 0.0, 0.0)[0]
    assert torch.equal(controlnet(poses=unchanged), controlnet(poses=poses))
    assert [len(one["people"]) for one in SelectPerson.execute(poses, 0, "as given")[0]] == [1, 0]
    assert [len(one["people"]) for one in SelectPerson.execute(poses, 1, "as given")[0]] == [0, 0]
    moved = TransformPose.execute(poses, True, 0.5, "person", 10.0, 0.0)[0]
    assert moved[0]["canvas_width"] == 200 and moved[0] != unchanged[0]
