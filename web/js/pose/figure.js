// @ts-check
/** New people, and hands, faces and feet where a body has room for them. */

import { box, everyPart, keys, missing } from "./model.js";
import { COUNTS, FACE, FOOT, HAND, STANDING } from "./skeleton.js";

/** @typedef {import("./model.js").Place} Place */
/** @typedef {import("./model.js").Person} Person */
/** @typedef {import("./model.js").Scene} Scene */
/** @typedef {import("./skeleton.js").Part} Part */
/** @typedef {{ x: number, y: number }} Spot */

const HAND_TO_FOREARM = 0.7;
const PUPILS = 0.42; // between them, in widths of the face

/** A scene with one more person, who stands around a place. @param {Scene} scene @param {Spot} [at] the middle @returns {Scene} */
export function withPerson(scene, at) {
  const [width, height] = scene.size;
  const high = Math.min(height * 0.8, width * 1.6);
  const middle = at ?? { x: width * (0.5 + 0.22 * wing(scene.people.length)), y: height / 2 };
  const body = placed(STANDING, { x: middle.x, y: middle.y - high * 0.5 }, high, 0);
  return { ...scene, people: [...scene.people, { ...everyPart(missing), body, on: true }] };
}

/** A scene in which a person has a part, made to fit its body. @param {Scene} scene @param {number} who @param {Part} part @returns {Scene} */
export function withPart(scene, who, part) {
  const around = box(scene, keys(scene, who)) ?? { top: 0, bottom: scene.size[1], middle: { x: scene.size[0] / 2, y: scene.size[1] / 2 } };
  const guess = { middle: around.middle, high: Math.max(around.bottom - around.top, 32) };
  const points = { body, lh: hand, rh: hand, face, feet }[part](scene.people[who], guess, part === "rh");
  return { ...scene, people: scene.people.map((person, index) => (index === who ? { ...person, [part]: points } : person)) };
}

/** A scene in which a person has lost a part. @param {Scene} scene @param {number} who @param {Part} part @returns {Scene} */
export function withoutPart(scene, who, part) {
  return { ...scene, people: scene.people.map((person, index) => (index === who ? { ...person, [part]: missing(part) } : person)) };
}

/** @typedef {{ middle: Spot, high: number }} Guess  where a part goes that has nothing to hold on to */

/** @param {Person} person @param {Guess} guess @returns {(Place | null)[]} */
function body(person, { middle, high }) {
  return placed(STANDING, { x: middle.x, y: middle.y - high / 2 }, high, 0);
}

/** @param {Person} person @param {Guess} guess @param {boolean} right @returns {(Place | null)[]} */
function hand({ body: points }, { middle, high }, right) {
  const [elbow, wrist] = right ? [points[3], points[4]] : [points[6], points[7]];
  const mirrored = HAND.map(([x, y]) => /** @type {[number, number]} */ ([right ? -x : x, y]));
  if (!wrist) return placed(mirrored, middle, high * 0.1, 0);
  const [x, y] = elbow ? [wrist.x - elbow.x, wrist.y - elbow.y] : [0, high * 0.15];
  return placed(mirrored, wrist, Math.hypot(x, y) * HAND_TO_FOREARM, Math.atan2(y, x) + Math.PI / 2);
}

/** @param {Person} person @param {Guess} guess @returns {(Place | null)[]} */
function face({ body: points }, { middle, high }) {
  const [nose, right, left] = [points[0], points[14], points[15]];
  if (!nose || !right || !left) return placed(FACE, nose ?? middle, high * 0.1, 0);
  const [x, y] = [left.x - right.x, left.y - right.y];
  return placed(FACE, nose, Math.hypot(x, y) / PUPILS, Math.atan2(y, x));
}

/** @param {Person} person @param {Guess} guess @returns {(Place | null)[]} */
function feet({ body: points }, { middle, high }) {
  const foot = (/** @type {Place | null} */ knee, /** @type {Place | null} */ ankle, /** @type {number} */ side) => {
    const shape = FOOT.map(([x, y]) => /** @type {[number, number]} */ ([x * side, y]));
    if (!ankle) return placed(shape, { x: middle.x + side * high * 0.08, y: middle.y + high * 0.46 }, high * 0.22, 0);
    const [x, y] = knee ? [ankle.x - knee.x, ankle.y - knee.y] : [0, high * 0.22];
    return placed(shape, ankle, Math.hypot(x, y), Math.atan2(y, x) - Math.PI / 2);
  };
  return [...foot(points[12], points[13], 1), ...foot(points[9], points[10], -1)].slice(0, COUNTS.feet);
}

/** A shape at a place, in a size, turned. @param {[number, number][]} shape @param {Spot} at @param {number} size @param {number} angle @returns {Place[]} */
function placed(shape, at, size, angle) {
  const [cos, sin] = [Math.cos(angle) * size, Math.sin(angle) * size];
  return shape.map(([x, y]) => ({ x: Math.round(at.x + x * cos - y * sin), y: Math.round(at.y + x * sin + y * cos) }));
}

/** 0, 1, -1, 0.5, -0.5: where the next person stands beside the others. @param {number} count */
function wing(count) {
  return [0, 1, -1, 0.5, -0.5][count % 5];
}
