// @ts-check
/** People's points: how many, which are joined, which is the other side's, their colours, and a figure to begin with. */

/** @typedef {"body" | "lh" | "rh" | "face" | "feet"} Part */
/** @typedef {[number, number]} Pair */

/** @type {Record<Part, number>} */
export const COUNTS = { body: 18, lh: 21, rh: 21, face: 70, feet: 6 };
/** @type {Part[]} */
export const PARTS = ["body", "lh", "rh", "face", "feet"];
/** @type {Record<Part, string>} in OpenPose's JSON */
export const KEYS = {
  body: "pose_keypoints_2d",
  lh: "hand_left_keypoints_2d",
  rh: "hand_right_keypoints_2d",
  face: "face_keypoints_2d",
  feet: "foot_keypoints_2d",
};

/** @type {Pair[]} */
export const LIMBS = [
  ...[[1, 2], [1, 5], [2, 3], [3, 4], [5, 6], [6, 7]],
  ...[[1, 8], [8, 9], [9, 10], [1, 11], [11, 12], [12, 13]],
  ...[[1, 0], [0, 14], [14, 16], [0, 15], [15, 17]],
].map(([start, end]) => [start, end]);
/** @type {Pair[]} */
export const BONES = Array.from({ length: 20 }, (_, bone) => [bone % 4 ? bone : 0, bone + 1]);

/** Of limbs and joints. */
export const COLOURS = [
  ...[[255, 0, 0], [255, 85, 0], [255, 170, 0], [255, 255, 0], [170, 255, 0], [85, 255, 0]],
  ...[[0, 255, 0], [0, 255, 85], [0, 255, 170], [0, 255, 255], [0, 170, 255], [0, 85, 255]],
  ...[[0, 0, 255], [85, 0, 255], [170, 0, 255], [255, 0, 255], [255, 0, 170], [255, 0, 85]],
];
/** Of a hand's bones, around the circle of hues. */
export const RAINBOW = BONES.map((_, bone) => hue(bone / BONES.length));

/** A full colour of the circle of hues. @param {number} turn in [0, 1) */
function hue(turn) {
  return [5, 3, 1].map((shift) => {
    const place = (shift + turn * 6) % 6;
    return Math.trunc(255 * (1 - Math.max(0, Math.min(place, 4 - place, 1))));
  });
}

const reversed = (/** @type {number} */ first, /** @type {number} */ last) =>
  Array.from({ length: last - first + 1 }, (_, index) => last - index);

/** Each point's other side, of the parts that have two in one list. */
export const OTHER = {
  body: [0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16],
  feet: [3, 4, 5, 0, 1, 2],
  face: [
    ...reversed(0, 16), // jaw
    ...reversed(17, 26), // brows
    ...[27, 28, 29, 30], // nose
    ...reversed(31, 35),
    ...[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40], // eyes
    ...[...reversed(48, 54), ...reversed(55, 59)], // lips outside
    ...[...reversed(60, 64), ...reversed(65, 67)], // lips inside
    ...[69, 68], // pupils
  ],
};

/** The points that follow a point of the body: a hand its wrist, the face the nose, a foot its ankle. @type {Record<number, [Part, number, number]>} */
export const CARRIES = { 0: ["face", 0, 70], 4: ["rh", 0, 21], 7: ["lh", 0, 21], 10: ["feet", 3, 6], 13: ["feet", 0, 3] };

/** A person who stands: the whole is 1 high, x from the middle. @type {Pair[]} */
export const STANDING = [
  ...[[0, 0.09], [0, 0.2]],
  ...[[-0.11, 0.2], [-0.15, 0.36], [-0.17, 0.51], [0.11, 0.2], [0.15, 0.36], [0.17, 0.51]],
  ...[[-0.065, 0.51], [-0.075, 0.74], [-0.08, 0.96], [0.065, 0.51], [0.075, 0.74], [0.08, 0.96]],
  ...[[-0.028, 0.07], [0.028, 0.07], [-0.055, 0.085], [0.055, 0.085]],
].map(([x, y]) => [x, y]);

/** A left hand that points up, 1 long from its wrist. @type {Pair[]} */
export const HAND = [
  [0, 0],
  ...[[0.18, -0.12], [0.33, -0.28], [0.42, -0.42], [0.5, -0.54]],
  ...[[0.18, -0.46], [0.23, -0.66], [0.25, -0.79], [0.27, -0.9]],
  ...[[0.03, -0.48], [0.04, -0.71], [0.04, -0.86], [0.04, -1]],
  ...[[-0.1, -0.45], [-0.13, -0.66], [-0.15, -0.79], [-0.16, -0.91]],
  ...[[-0.22, -0.38], [-0.29, -0.54], [-0.33, -0.64], [-0.37, -0.74]],
].map(([x, y]) => [x, y]);

/** A face 1 wide, around the tip of its nose. @type {Pair[]} */
export const FACE = [
  ...Array.from({ length: 17 }, (_, i) => [-0.5 * Math.cos((Math.PI * i) / 16), 0.72 * Math.sin((Math.PI * i) / 16) ** 0.8]),
  ...Array.from({ length: 10 }, (_, i) => [(i < 5 ? -0.4 : -0.275) + 0.075 * i, -0.2 - 0.07 * Math.sin((Math.PI * ((i % 5) + 0.5)) / 5)]),
  ...[[0, -0.05], [0, 0.05], [0, 0.15], [0, 0.25], [-0.12, 0.3], [-0.06, 0.32], [0, 0.34], [0.06, 0.32], [0.12, 0.3]],
  ...[[-0.32, 0], [-0.26, -0.05], [-0.16, -0.05], [-0.1, 0], [-0.16, 0.04], [-0.26, 0.04]],
  ...[[0.1, 0], [0.16, -0.05], [0.26, -0.05], [0.32, 0], [0.26, 0.04], [0.16, 0.04]],
  ...[[-0.2, 0.5], [-0.12, 0.46], [-0.05, 0.44], [0, 0.45], [0.05, 0.44], [0.12, 0.46], [0.2, 0.5]],
  ...[[0.12, 0.55], [0.05, 0.58], [0, 0.585], [-0.05, 0.58], [-0.12, 0.55]],
  ...[[-0.16, 0.5], [-0.06, 0.49], [0, 0.495], [0.06, 0.49], [0.16, 0.5], [0.06, 0.52], [0, 0.525], [-0.06, 0.52]],
  ...[[-0.21, 0], [0.21, 0]],
].map(([x, y]) => [x, y - 0.25]);

/** The left foot's toes and heel below its ankle, by the length of the shin. @type {Pair[]} */
export const FOOT = [[0.1, 0.24], [0.2, 0.19], [-0.02, 0.12]];
