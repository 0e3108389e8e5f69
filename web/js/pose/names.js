// @ts-check
/** What points are called, for the status line and screen readers. */

import { t } from "../i18n.js";
import { BODY, FEET, FINGERS } from "./skeleton.js";

/** @param {import("./skeleton.js").Part} part @param {number} index @returns {string} */
export function pointName(part, index) {
  if (part === "body") return t(BODY[index]);
  if (part === "feet") return t(FEET[index]);
  if (part === "face") return t("face {0}", index + 1);
  const side = part === "lh" ? t("left hand") : t("right hand");
  return index ? `${side}, ${t(FINGERS[Math.floor((index - 1) / 4)])} ${((index - 1) % 4) + 1}` : `${side}, ${t("wrist")}`;
}

/** @param {import("./skeleton.js").Part} part @returns {string} */
export const partName = (part) =>
  ({ body: t("Body"), lh: t("Left hand"), rh: t("Right hand"), face: t("Face"), feet: t("Feet") })[part];
