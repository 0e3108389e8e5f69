// @ts-check
/** What a drag does: from the scene at its start and where the pointer is, the scene now. */

import { LIMBS } from "./skeleton.js";
import { keys, moved, place, rotated, scaled } from "./model.js";
import { opposite } from "./overlay.js";

/** @typedef {import("./model.js").Scene} Scene */
/** @typedef {import("./model.js").Key} Key */
/** @typedef {{ x: number, y: number }} Spot */
/** @typedef {(to: Spot, event: { shiftKey: boolean }) => Scene} Drag */

const SNAP = Math.PI / 12; // of a turn with Shift

/** Moves points. @param {Scene} scene @param {Iterable<Key>} names @param {Spot} from @returns {Drag} */
export const moving = (scene, names, from) => (to) => moved(scene, names, Math.round(to.x - from.x), Math.round(to.y - from.y));

/** Turns points around the middle of their box; with Shift in steps of 15 degrees. @param {Scene} scene @param {Iterable<Key>} names @param {Spot} from @param {Spot} middle @returns {Drag} */
export function turning(scene, names, from, middle) {
  const start = Math.atan2(from.y - middle.y, from.x - middle.x);
  return (to, { shiftKey }) => {
    const angle = Math.atan2(to.y - middle.y, to.x - middle.x) - start;
    return rotated(scene, names, shiftKey ? Math.round(angle / SNAP) * SNAP : angle, middle);
  };
}

/** Pulls a corner of the box: alike in both directions, or freely with Shift. @param {Scene} scene @param {Iterable<Key>} names @param {Spot} from @param {import("./overlay.js").Box} frame @param {import("./overlay.js").Handle} corner @param {number} pixel @returns {Drag} */
export function pulling(scene, names, from, frame, corner, pixel) {
  const anchor = opposite(frame, corner, pixel);
  const [width, height] = [from.x - anchor.x, from.y - anchor.y];
  return (to, { shiftKey }) => {
    const [x, y] = [to.x - anchor.x, to.y - anchor.y];
    const both = Math.max(0.05, (x * width + y * height) / (width * width + height * height));
    return scaled(scene, names, shiftKey ? x / width : both, shiftKey ? y / height : both, anchor);
  };
}

/** The person whose limb is under a place, the one on top first. @param {Scene} scene @param {Spot} at @param {number} within @returns {number | null} */
export function limbUnder(scene, at, within) {
  for (let who = scene.people.length - 1; who >= 0; who--) {
    const { body } = scene.people[who];
    for (const [first, last] of LIMBS) {
      const [start, end] = [body[first], body[last]];
      if (start && end && distance(at, start, end) < within) return who;
    }
  }
  return null;
}

/** The points inside a box. @param {Scene} scene @param {import("./overlay.js").Box} box @returns {Key[]} */
export const inside = (scene, { left, top, right, bottom }) =>
  keys(scene).filter((name) => {
    const { x, y } = /** @type {Spot} */ (place(scene, name));
    return x >= left && x <= right && y >= top && y <= bottom;
  });

/** From a place to a line between two others. @param {Spot} at @param {Spot} start @param {Spot} end */
function distance(at, start, end) {
  const [x, y] = [end.x - start.x, end.y - start.y];
  const along = Math.max(0, Math.min(1, ((at.x - start.x) * x + (at.y - start.y) * y) / (x * x + y * y || 1)));
  return Math.hypot(at.x - start.x - along * x, at.y - start.y - along * y);
}
