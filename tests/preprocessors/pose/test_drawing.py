"""Drawings against ComfyUI's own, against OpenCV calls with the published numbers, and against geometry."""

import cv2
import numpy as np
import pytest
import torch
from comfy_extras.nodes_sdpose import KeypointDraw, SDPoseDrawKeypoints

from armature import discovery, preprocessors
from armature.errors import UnsuitableSize
from armature.host.preprocessing import preprocess
from armature.preprocessors.declare import Preprocessor
from armature.preprocessors.pose.controlnet import controlnet
from armature.preprocessors.pose.openpifpaf import openpifpaf
from armature.preprocessors.pose.t2i_keypose import keypose
from armature.preprocessors.pose.xinsir import thickness, xinsir
from armature.preprocessors.running import Working

from .people import STANDING, frame, normalised, standing

DRAWN = [controlnet, xinsir, keypose, openpifpaf]
every = pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)


def pixels(drawing):
    return (drawing[0].movedim(0, -1) * 255).round().byte().numpy()


def core(given, threshold=0.3, **options):
    """ComfyUI's drawing; without pupils, which it leaves to the body."""
    defaults = {"draw_body": True, "draw_hands": True, "draw_face": True, "draw_feet": False, "draw_head": True}
    sizes = {"stick_width": 4, "face_point_size": 3, "score_threshold": threshold}
    return (SDPoseDrawKeypoints.execute(given, **defaults | sizes | options)[0] * 255).round().byte().numpy()


def without_pupils(given):
    """Hands in one place of the canvas each, as ComfyUI draws the right one first."""
    for person in given["people"]:
        person["face_keypoints_2d"][-6:] = [0.0] * 6
        for hand in ("hand_left", "hand_right"):
            points = np.reshape(person[f"{hand}_keypoints_2d"], (-1, 3)) * [0.4, 1, 1]
            points[:, 0] += 1 if hand == "hand_left" else given["canvas_width"] * 0.5
            person[f"{hand}_keypoints_2d"] = points.ravel().tolist()
    return given


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("options", [{}, {"stick": 9, "face_point": 1}, {"feet": True}, {"threshold": 0.6}], ids=str)
def test_full_limbs_are_comfyuis_drawing(seed, options):
    given = without_pupils(frame(180, 260, seed, people=2))
    names = {"stick": "stick_width", "face_point": "face_point_size", "feet": "draw_feet", "threshold": "threshold"}
    theirs = core([given], **{names[name]: value for name, value in options.items()})[0]
    assert np.array_equal(pixels(controlnet(poses=[given], limbs="full", **options)), theirs) and theirs.any()


@pytest.mark.parametrize("part, theirs", [("body", "draw_body"), ("hands", "draw_hands"), ("faces", "draw_face")])
def test_each_part_can_be_left_out(part, theirs):
    given = without_pupils(frame())
    without = {theirs: False} | ({"draw_head": False} if part == "body" else {})
    assert np.array_equal(pixels(controlnet(poses=[given], limbs="full", **{part: False})), core([given], **without)[0])


def by_hand(points, stick, joint, size, brightness):
    """ControlNet's body on its own, from its published numbers and ComfyUI's tables."""
    tables, canvas = KeypointDraw(), np.zeros((*size, 3), np.uint8)
    for (a, b), colour in zip(tables.body_limbSeq + tables.head_edges, tables.colors):
        (x0, y0), (x1, y1) = points[a - 1], points[b - 1]
        half, angle = np.hypot(x0 - x1, y0 - y1) / 2, np.degrees(np.arctan2(y0 - y1, x0 - x1))
        centre = int((x0 + x1) / 2), int((y0 + y1) / 2)
        ellipse = cv2.ellipse2Poly(centre, (int(half), stick), int(angle), 0, 360, 1)
        cv2.fillConvexPoly(canvas, ellipse, [int(brightness * level) for level in colour])
    for (x, y), colour in zip(points, tables.colors):
        cv2.circle(canvas, (int(x), int(y)), joint, colour, -1)
    return canvas


@pytest.mark.parametrize("size", [(300, 200), (768, 512), (1200, 700)], ids=str)
def test_limbs_are_dimmed_and_thick_as_the_models_were_trained_with(size):
    points = np.array(STANDING) * (size[1], size[0]) / 100
    given = [standing(size[1], size[0])]
    assert np.array_equal(pixels(controlnet(poses=given)), by_hand(points, 4, 4, size, 0.6))
    scale = {300: 1, 768: 2, 1200: 3}[size[0]]
    assert np.array_equal(pixels(xinsir(poses=given)), by_hand(points, 4 * scale, 4 * scale, size, 0.6))


def test_xinsirs_thickness_grows_in_steps_up_to_seven():
    sides = [1, 499, 500, 999, 1000, 2000, 3999, 4000, 5000, 20000]
    assert [thickness(side) for side in sides] == [1, 1, 2, 2, 3, 4, 5, 6, 7, 7]


def test_keypose_is_green_on_the_left_blue_on_the_right_orange_between():
    drawn = pixels(keypose(poses=[standing(400, 600)]))

    def middle(a, b):
        x, y = (np.array(STANDING[a]) + STANDING[b]) * (4, 6) / 2
        return tuple(drawn[int(y), int(x)])

    orange, green, blue = (255, 153, 51), (0, 255, 0), (0, 128, 255)
    assert {middle(5, 6), middle(6, 7), middle(11, 12), middle(12, 13)} == {green}
    assert {middle(2, 3), middle(3, 4), middle(8, 9), middle(9, 10)} == {blue}
    assert {middle(2, 5), middle(8, 11), middle(2, 8), middle(5, 11), middle(0, 14), middle(17, 5)} == {orange}
    assert middle(1, 8) == (0, 0, 0), "COCO has no neck"
    assert {tuple(colour) for colour in drawn.reshape(-1, 3)} == {(0, 0, 0), orange, green, blue}


def test_keypose_is_discs_of_radius_2_under_lines_of_width_2():
    forearm = standing(400, 600)
    for point in set(range(18)) - {3, 4}:
        forearm["people"][0]["pose_keypoints_2d"][3 * point + 2] = 0.0
    elbow, wrist, blue = (144, 210), (128, 282), (0, 128, 255)
    expected = np.zeros((600, 400, 3), np.uint8)
    for joint in (elbow, wrist):
        cv2.circle(expected, joint, 2, blue, -1)
    cv2.line(expected, elbow, wrist, blue, 2)
    assert np.array_equal(pixels(keypose(poses=[forearm])), expected)


def sampled(lines, width, size, fine=16):
    """(H, W) in [0, 1]: how much of each pixel straight lines with round ends cover, by counting finer pixels."""
    large = np.zeros((size[0] * fine, size[1] * fine), np.uint8)
    for start, end in lines:
        places = [tuple((fine * (np.array(place) + 0.5) - 0.5).round().astype(int).tolist()) for place in (start, end)]
        cv2.line(large, *places, 255, round(fine * width))
    return cv2.resize(large, size[::-1], interpolation=cv2.INTER_AREA) / 255


@pytest.mark.parametrize("width", [120, 240])
def test_openpifpafs_bones_are_smooth_lines_with_a_white_joint_at_each_end(width):
    size = int(1.5 * width), width
    given = standing(*size[::-1])
    body = given["people"][0]["pose_keypoints_2d"]
    for point in set(range(18)) - {3, 4}:
        body[3 * point + 2] = 0.0  # the right forearm is left, bone 11
    elbow, wrist = np.array([STANDING[3], STANDING[4]]) * size[::-1] / 100
    drawn = pixels(openpifpaf(poses=[given], width=24.0)) / 255
    bone = sampled([(elbow, wrist)], 24 * width / 720, size)[..., None]
    joints = sampled([(elbow, elbow), (wrist, wrist)], 1.5 * width / 720, size)[..., None]
    expected = bone * np.array([0xC4, 0x9C, 0x94]) / 255 * (1 - joints) + joints
    assert np.abs(drawn - expected).max() < 0.15 and np.abs(drawn - expected).sum() < 0.02 * expected.sum()


def test_openpifpafs_bones_have_matplotlibs_colours_in_its_order():
    drawn = pixels(openpifpaf(poses=[standing(720, 1080)]))
    left_shin, right_shin, right_thigh, hips = (12, 13), (9, 10), (8, 9), (8, 11)
    middles = [
        (np.array(STANDING[a]) + STANDING[b]) * (7.2, 10.8) / 2 for a, b in (left_shin, right_shin, right_thigh, hips)
    ]
    colours = [bytes(drawn[int(y), int(x)]).hex() for x, y in middles]
    assert colours == ["1f77b4", "ff7f0e", "ffbb78", "2ca02c"]


@every
def test_0_to_1_and_pixels_give_the_same_drawing(draw):
    given = frame(people=2)
    assert torch.equal(draw(poses=[normalised(given)]), draw(poses=[given]))


@every
def test_the_drawing_is_made_at_the_images_size(draw):
    image = torch.rand(1, 3, 600, 400)
    assert torch.equal(draw(image, poses=[standing(200, 300)]), draw(poses=[standing(400, 600)]))
    assert torch.equal(draw(poses=[standing(200, 300)], resolution=400), draw(poses=[standing(400, 600)]))


@every
def test_what_leaves_the_canvas_is_cut_off_at_its_edge(draw):
    large, cut = frame(640, 400, score=1.0), frame(640, 400, score=1.0)
    for key, part in large["people"][0].items():
        points = np.floor(part).reshape(-1, 3) + np.array([0.25, 0.25, 0])  # -1 itself would be a missing point
        large["people"][0][key] = points.ravel().tolist()
        cut["people"][0][key] = (points - [40, 30, 0]).ravel().tolist()
    cut |= {"canvas_width": 560, "canvas_height": 250}
    sizes = {"width": 6 * 640 / 560} if draw is openpifpaf else {}
    lit = pixels(draw(poses=[cut], **sizes)).any(axis=-1)
    whole = pixels(draw(poses=[large])).any(axis=-1)[30:280, 40:600]
    assert not (lit & ~grown(whole)).any() and not (whole & ~grown(lit)).any() and 0.05 < lit.mean() < 0.9


def grown(lit):
    """By a pixel, as OpenCV moves a clipped line by up to one."""
    return cv2.dilate(lit.astype(np.uint8), np.ones((3, 3))) > 0


@every
def test_nobody_is_a_black_drawing_and_frames_do_not_mix(draw):
    empty = {"canvas_width": 200, "canvas_height": 300, "people": []}
    drawn = draw(poses=[standing(), empty, standing()])
    assert drawn.shape == (3, 3, 300, 200) and drawn[1].max() == 0
    assert torch.equal(drawn[0], drawn[2]) and drawn[0].max() == 1


@every
def test_the_threshold_leaves_out_points_and_their_bones(draw):
    assert draw(poses=[standing(score=0.5)], threshold=0.51).max() == 0
    assert torch.equal(draw(poses=[standing(score=0.5)], threshold=0.5), draw(poses=[standing()]))
    missing = standing()
    missing["people"][0]["pose_keypoints_2d"] = [50.0, 50.0, 0.0] * 18
    assert draw(poses=[missing], threshold=0.0).max() == 0


def test_frames_of_different_canvases_need_an_image():
    one = discovery.declared(preprocessors, Preprocessor)["DrawPoseControlNet"]
    poses = {"poses": [standing(20, 30), standing(40, 30)]}
    with pytest.raises(UnsuitableSize, match=r"20 x 30, 40 x 30\. Give an image"):
        preprocess(one, None, poses, Working())
    assert preprocess(one, torch.zeros(1, 30, 20, 3), poses, Working())[0].shape == (2, 30, 20, 3)


def test_without_an_image_the_resolution_sets_the_drawings_size():
    one = discovery.declared(preprocessors, Preprocessor)["DrawPoseControlNet"]
    drawn = preprocess(one, None, {"poses": [standing(200, 300)]}, Working(400))[0]
    assert torch.equal(drawn.movedim(-1, 1), controlnet(poses=[standing(400, 600)]))
