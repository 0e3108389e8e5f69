// @ts-check
/**
 * People on a canvas, as pure values: nothing here is changed in place.
 *
 * As a workflow holds them: `{ v: 1, size: [512, 768], people: [{ body: "256,120 - 210,172? ...", lh: "", ..., on: 1 }] }`.
 * "-" is a missing point, "?" ends a hidden one, "@0.83" gives the score that a detector gave it. A part without points is
 * empty; a person with `on: 0` is kept and not drawn.
 */

import { known } from "../store.js";
import { CARRIES, COUNTS, OTHER, PARTS } from "./skeleton.js";

/** @typedef {import("./skeleton.js").Part} Part */
/** Whole pixels of the canvas. @typedef {{ x: number, y: number, hidden?: boolean, score?: number }} Place */
/** @typedef {Record<Part, (Place | null)[]> & { on: boolean }} Person */
/** `ref` is an input file behind the people, "armature/ab12.png [input]". @typedef {{ size: [number, number], people: Person[], ref?: string }} Scene */
/** One point: "person.part.index". @typedef {string} Key */
/** @typedef {ReadonlySet<Key>} Keys */

/** @type {{ v: number, size: [number, number], people: any[], ref?: string }} */
export const EMPTY = { v: 1, size: [512, 768], people: [] };
const LARGEST = 16384; // a side of a canvas
const POINT = /^(-?\d+),(-?\d+)(?:@(\d*\.?\d+))?(\?)?$/;

/** A part without points. @param {Part} part @returns {(Place | null)[]} */
export const missing = (part) => Array(COUNTS[part]).fill(null);

/** A person without points. @returns {Person} */
export const nobody = () => ({ ...everyPart(missing), on: true });

/** @param {(part: Part) => (Place | null)[]} make @returns {Record<Part, (Place | null)[]>} */
export const everyPart = (make) => /** @type {any} */ (Object.fromEntries(PARTS.map((part) => [part, make(part)])));

/** Reads a workflow's value. @param {any} value @returns {Scene} @throws {Error} that says what is wrong with it */
export function parse(value) {
  const { size, people, ref } = known(value, EMPTY);
  if (!Array.isArray(size) || size.length !== 2 || !size.every((side) => side >= 1 && side <= LARGEST)) {
    throw new Error(`a pose's size is ${JSON.stringify(size)}, expected [width, height] from 1 to ${LARGEST}`);
  }
  if (!Array.isArray(people)) throw new Error("a pose has no list of people");
  return { size: [size[0], size[1]], people: people.map(parsePerson), ...(ref ? { ref } : {}) };
}

/** @param {any} person @param {number} index @returns {Person} */
function parsePerson(person, index) {
  const read = (/** @type {Part} */ part) => {
    const words = String(person?.[part] ?? "").split(/\s+/).filter(Boolean);
    if (!words.length) return missing(part);
    if (words.length !== COUNTS[part]) {
      throw new Error(`person ${index}: ${part} has ${words.length} points, expected ${COUNTS[part]}`);
    }
    return words.map((word) => parsePoint(word, `person ${index}: ${part}`));
  };
  return { ...everyPart(read), on: person?.on !== 0 };
}

/** @param {string} word @param {string} where @returns {Place | null} */
function parsePoint(word, where) {
  if (word === "-") return null;
  const [, x, y, score, hidden] = POINT.exec(word) ?? [];
  if (x === undefined) throw new Error(`${where} has a point "${word}", expected "x,y"`);
  return { x: Number(x), y: Number(y), ...(score ? { score: Number(score) } : {}), ...(hidden ? { hidden: true } : {}) };
}

/** The value that a workflow holds. @param {Scene} scene */
export function format({ size, people, ref }) {
  const text = (/** @type {(Place | null)[]} */ points) => (points.some(Boolean) ? points.map(formatPoint).join(" ") : "");
  const written = people.map((person) => ({
    ...Object.fromEntries(PARTS.map((part) => [part, text(person[part])])),
    on: person.on ? 1 : 0,
  }));
  return { v: EMPTY.v, size, people: written, ...(ref ? { ref } : {}) };
}

/** @param {Place | null} place */
function formatPoint(place) {
  if (!place) return "-";
  const score = place.score === undefined || place.score === 1 ? "" : `@${Math.round(place.score * 100) / 100}`;
  return `${Math.round(place.x)},${Math.round(place.y)}${score}${place.hidden ? "?" : ""}`;
}

/** @param {number} person @param {Part} part @param {number} index @returns {Key} */
export const key = (person, part, index) => `${person}.${part}.${index}`;

/** @param {Key} name @returns {{ person: number, part: Part, index: number }} */
export function unkey(name) {
  const [person, part, index] = name.split(".");
  return { person: Number(person), part: /** @type {Part} */ (part), index: Number(index) };
}

/** The point of a key. @param {Scene} scene @param {Key} name @returns {Place | null} */
export function place(scene, name) {
  const { person, part, index } = unkey(name);
  return scene.people[person]?.[part][index] ?? null;
}

/** Every point that there is, person by person, in the order of their parts. @param {Scene} scene @param {number} [only] one person @returns {Key[]} */
export function keys(scene, only) {
  return scene.people.flatMap((person, who) =>
    only !== undefined && only !== who
      ? []
      : PARTS.flatMap((part) => person[part].flatMap((one, index) => (one ? [key(who, part, index)] : []))),
  );
}

/** The people that have one of these points. @param {Iterable<Key>} names @returns {number[]} */
export const owners = (names) => [...new Set([...names].map((name) => unkey(name).person))].sort((a, b) => a - b);

/** Changes points, each on its own; null takes it away. @param {Scene} scene @param {Iterable<Key>} names @param {(place: Place) => Place | null} change @returns {Scene} */
export function changed(scene, names, change) {
  const people = [...scene.people];
  for (const name of names) {
    const { person, part, index } = unkey(name);
    const old = people[person]?.[part][index];
    if (!old) continue;
    if (people[person] === scene.people[person]) people[person] = { ...people[person] };
    if (people[person][part] === scene.people[person][part]) people[person][part] = [...people[person][part]];
    people[person][part][index] = change(old);
  }
  return { ...scene, people };
}

/** Moves points by pixels. @param {Scene} scene @param {Iterable<Key>} names @param {number} x @param {number} y */
export const moved = (scene, names, x, y) => changed(scene, names, (one) => ({ ...one, ...whole(one.x + x, one.y + y) }));

/** Turns points around a middle, clockwise on screen. @param {Scene} scene @param {Iterable<Key>} names @param {number} angle in radians @param {{ x: number, y: number }} middle */
export function rotated(scene, names, angle, middle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return changed(scene, names, (one) => {
    const [x, y] = [one.x - middle.x, one.y - middle.y];
    return { ...one, ...whole(middle.x + x * cos - y * sin, middle.y + x * sin + y * cos) };
  });
}

/** Brings points nearer to a place or further from it. @param {Scene} scene @param {Iterable<Key>} names @param {number} across @param {number} down @param {{ x: number, y: number }} from */
export const scaled = (scene, names, across, down, from) =>
  changed(scene, names, (one) => ({ ...one, ...whole(from.x + (one.x - from.x) * across, from.y + (one.y - from.y) * down) }));

/** Takes points away, and people who have none left. @param {Scene} scene @param {Iterable<Key>} names */
export function removed(scene, names) {
  const rest = changed(scene, names, () => null);
  return { ...rest, people: rest.people.filter((person) => PARTS.some((part) => person[part].some(Boolean))) };
}

/** Hides points, or shows them if all of them are hidden: a hidden point keeps its place and is not drawn. @param {Scene} scene @param {Iterable<Key>} names */
export function hiddenOrShown(scene, names) {
  const all = [...names];
  const show = all.every((name) => place(scene, name)?.hidden);
  return changed(scene, all, ({ hidden, ...rest }) => (show ? rest : { ...rest, hidden: true }));
}

/** People the other way round, each in its own box: left and right are exchanged. @param {Scene} scene @param {number[]} who @returns {Scene} */
export function mirrored(scene, who) {
  const people = scene.people.map((person, index) => {
    const around = box(scene, keys(scene, index));
    if (!who.includes(index) || !around) return person;
    const flip = (/** @type {Place | null} */ one) => one && { ...one, x: around.left + around.right - one.x };
    const sides = { ...person, lh: person.rh, rh: person.lh };
    const swapped = (/** @type {Part} */ part) =>
      part === "lh" || part === "rh" ? sides[part] : OTHER[part].map((other) => person[part][other]);
    return { ...person, ...everyPart((part) => swapped(part).map(flip)) };
  });
  return { ...scene, people };
}

/** The same people on a canvas of another size; `stretch` brings them to it, else they keep their pixels. @param {Scene} scene @param {[number, number]} size @param {boolean} stretch @returns {Scene} */
export function resized(scene, size, stretch) {
  const fitted = stretch
    ? scaled(scene, keys(scene), size[0] / scene.size[0], size[1] / scene.size[1], { x: 0, y: 0 })
    : scene;
  return { ...fitted, size };
}

/** The upright box of points. @param {Scene} scene @param {Iterable<Key>} names */
export function box(scene, names) {
  const all = [...names].map((name) => place(scene, name)).filter((one) => one !== null);
  if (!all.length) return null;
  const [left, right] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...all.map(({ y }) => y)), Math.max(...all.map(({ y }) => y))];
  return { left, top, right, bottom, middle: { x: (left + right) / 2, y: (top + bottom) / 2 } };
}

/** The nearest point within a distance; a body's before others' at the same place. @param {Scene} scene @param {{ x: number, y: number }} at @param {number} within @returns {Key | null} */
export function nearest(scene, at, within) {
  let [best, distance] = [/** @type {Key | null} */ (null), within];
  for (const name of keys(scene)) {
    const { part } = unkey(name);
    const one = /** @type {Place} */ (place(scene, name));
    const reach = part === "body" ? 1 : 0.6; // smaller points, closer together
    const away = Math.hypot(one.x - at.x, one.y - at.y);
    if (away < distance && away < within * reach) [best, distance] = [name, away];
  }
  return best;
}

/** These points and those that follow them: a hand its wrist, the face the nose. @param {Scene} scene @param {Iterable<Key>} names @returns {Set<Key>} */
export function withCarried(scene, names) {
  const all = new Set(names);
  for (const name of [...all]) {
    const { person, part, index } = unkey(name);
    if (part !== "body" || !CARRIES[index]) continue;
    const [other, first, end] = CARRIES[index];
    for (let at = first; at < end; at++) if (scene.people[person][other][at]) all.add(key(person, other, at));
  }
  return all;
}

/** @param {number} x @param {number} y */
const whole = (x, y) => ({ x: Math.round(x), y: Math.round(y) });
