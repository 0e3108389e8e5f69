// @ts-check
/** OpenPose's JSON, as its programs, controlnet_aux and ComfyUI's POSE_KEYPOINT write it: read as Python reads it, and written. */

import { everyPart } from "./model.js";
import { COUNTS, KEYS, PARTS } from "./skeleton.js";

/** @typedef {import("./model.js").Scene} Scene */
/** @typedef {import("./model.js").Place} Place */
/** @typedef {import("./skeleton.js").Part} Part */

const NORMALISED = 2; // no coordinate in 0 to 1 is larger, and nobody is so small in pixels

/** The people of a frame, of the first of several, or of the text of either. @param {any} frame @param {[number, number]} size of a frame that tells none @returns {Scene} @throws {Error} that says what is wrong */
export function fromOpenPose(frame, size) {
  if (typeof frame === "string") return fromOpenPose(parsed(frame), size);
  if (Array.isArray(frame)) return fromOpenPose(frame[0], size);
  if (!Array.isArray(frame?.people)) throw new Error("This is no OpenPose JSON: it has no list of people.");
  const canvas = /** @type {[number, number]} */ (frame.canvas_width ? [frame.canvas_width, frame.canvas_height] : size);
  const people = frame.people.map((/** @type {any} */ person) => everyTriple(person));
  const scale = isNormalised(people) ? canvas : [1, 1];
  const read = (/** @type {number[][]} */ triples) => triples.map(([x, y, score]) => point(x * scale[0], y * scale[1], score));
  return {
    size: canvas,
    people: people.map((/** @type {Record<Part, number[][]>} */ parts) => ({ ...everyPart((part) => read(parts[part])), on: true })),
  };
}

/** A frame in pixels, with zeros for points that are missing or hidden. @param {Scene} scene */
export function toOpenPose({ size, people }) {
  const numbers = (/** @type {(Place | null)[]} */ places) =>
    places.flatMap((one) => (one && !one.hidden ? [one.x, one.y, one.score ?? 1] : [0, 0, 0]));
  return {
    canvas_width: size[0],
    canvas_height: size[1],
    people: people.filter(({ on }) => on).map((person) => Object.fromEntries(PARTS.map((part) => [KEYS[part], numbers(person[part])]))),
  };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("This is no JSON.");
  }
}

/** @param {any} person @returns {Record<Part, number[][]>} */
function everyTriple(person) {
  return /** @type {any} */ (Object.fromEntries(PARTS.map((part) => [part, triples(person, part)])));
}

/** @param {any} person @param {Part} part @returns {number[][]} */
function triples(person, part) {
  const count = COUNTS[part];
  const numbers = person?.[KEYS[part]] ?? [];
  const all = Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3));
  if (!all.length) return Array(count).fill([0, 0, 0]);
  if (part === "face" && all.length === count - 2) all.push([0, 0, 0], [0, 0, 0]); // without pupils
  if (part === "face" && all.length === count + 1) all.pop(); // what is no point of the face
  if (all.length !== count) throw new Error(`${KEYS[part]} has ${all.length} points, expected ${count}.`);
  return all;
}

/** @param {Record<Part, number[][]>[]} people */
function isNormalised(people) {
  const found = people.flatMap((parts) => PARTS.flatMap((part) => parts[part].filter(([x, y, score]) => point(x, y, score))));
  return found.length > 0 && found.every(([x, y]) => Math.abs(x) <= NORMALISED && Math.abs(y) <= NORMALISED);
}

/** A point, or null where one of the marks says that it is missing. @param {number} x @param {number} y @param {number} score @returns {Place | null} */
function point(x, y, score) {
  const unknown = Math.abs(x + 1) < 1e-3 || Math.abs(y + 1) < 1e-3 || (x === 0 && y === 0);
  if (!(score > 0) || unknown || !Number.isFinite(x) || !Number.isFinite(y)) return null;
  return { x: Math.round(x), y: Math.round(y), ...(score === 1 ? {} : { score }) };
}
