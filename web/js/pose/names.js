// @ts-check
/** What points are called, for the status line and screen readers. */

import { t } from "../i18n.js";

/** OpenPose's 18 points, in its order; right is the person's own. */
const BODY = () => [
  ...[t("nose"), t("neck"), t("right shoulder"), t("right elbow"), t("right wrist")],
  ...[t("left shoulder"), t("left elbow"), t("left wrist"), t("right hip"), t("right knee"), t("right ankle")],
  ...[t("left hip"), t("left knee"), t("left ankle"), t("right eye"), t("left eye"), t("right ear"), t("left ear")],
];
const FEET = () => [
  ...[t("left big toe"), t("left small toe"), t("left heel")],
  ...[t("right big toe"), t("right small toe"), t("right heel")],
];
const FINGERS = () => [t("thumb"), t("index finger"), t("middle finger"), t("ring finger"), t("little finger")];

/** @param {import("./skeleton.js").Part} part @param {number} index @returns {string} */
export function pointName(part, index) {
  if (part === "body") return BODY()[index];
  if (part === "feet") return FEET()[index];
  if (part === "face") return t("face {0}", index + 1);
  const side = part === "lh" ? t("left hand") : t("right hand");
  return index ? `${side}, ${FINGERS()[Math.floor((index - 1) / 4)]} ${((index - 1) % 4) + 1}` : `${side}, ${t("wrist")}`;
}

/** @param {import("./skeleton.js").Part} part @returns {string} */
export const partName = (part) =>
  ({ body: t("Body"), lh: t("Left hand"), rh: t("Right hand"), face: t("Face"), feet: t("Feet") })[part];
