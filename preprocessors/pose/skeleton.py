"""Which point is joined to which: OpenPose's 18 body points, a hand's 21, and COCO's 17.

OpenPose's order: nose, neck, right shoulder, elbow, wrist, left shoulder, elbow, wrist, right hip, knee, ankle, left
hip, knee, ankle, right eye, left eye, right ear, left ear. COCO has no neck and names the left side first.
"""

Bones = tuple[tuple[int, int], ...]

LIMBS: Bones = (
    *((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7)),  # shoulders and arms
    *((1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13)),  # legs
    *((1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),  # head
)
FINGERS: Bones = tuple((0 if joint % 4 == 1 else joint - 1, joint) for joint in range(1, 21))

COCO = (0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10)  # where COCO's points are among OpenPose's
COCO_BONES: Bones = (
    *((15, 13), (13, 11), (16, 14), (14, 12)),  # legs
    *((11, 12), (5, 11), (6, 12), (5, 6)),  # trunk
    *((5, 7), (6, 8), (7, 9), (8, 10)),  # arms
    *((1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)),  # head
)
