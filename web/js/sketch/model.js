// @ts-check
/**
 * What a sketch is, free of any page: preprocessors/drawing/value.py describes the value and reads it too.
 *
 * A sample is [x, y, pressure], in pixels of the sketch, the pressure from 0 to 1.
 */

import { simplified } from "./line.js";

/** @typedef {"scribble" | "colour" | "segments"} Mode */
/** @typedef {"brush" | "eraser" | "fill"} Tool */
/** @typedef {[number, number, number]} Sample */
/** @typedef {{ v: number, size: [number, number], mode: Mode, bg: string, s: string[], ref?: string, palette?: string }} Value */
/** @typedef {{ tool: Tool, colour: string, width: number, samples: Sample[] }} Stroke  no colour is that of lines */

/** @type {Value} */
export const EMPTY = { v: 1, size: [512, 512], mode: "scribble", bg: "#000000", s: [] };
export const LONGEST_SIDE = 8192;
export const WIDEST = 500; // pixels that the editor offers; the value may hold more
const COARSE = 1.5; // pixels that a simpler stroke may differ
const MODES = ["scribble", "colour", "segments"];
const STROKE = /^([bef])\|(#[0-9a-f]{6})?\|([1-9]\d{0,3})?\|((?:[0-9a-f]{2})*)((?: -?\d{1,5}(?:\.5)?,-?\d{1,5}(?:\.5)?)+)$/i;
const COLOUR = /^#[0-9a-f]{6}$/i;
/** @type {Record<string, Tool>} */ const TOOLS = { b: "brush", e: "eraser", f: "fill" };

/** The value itself, once all of it is known to be sound. @param {any} value @returns {Value} @throws {Error} */
export function checked(value) {
  if (!Number.isInteger(value?.v) || value.v < 1) throw new Error('The sketch has no version. Expected "v": 1.');
  if (value.v > EMPTY.v) throw new Error(`The sketch is of version ${value.v}, made by a newer Armature: update it.`);
  const side = (/** @type {any} */ one) => Number.isInteger(one) && one >= 1 && one <= LONGEST_SIDE;
  if (!Array.isArray(value.size) || value.size.length !== 2 || !value.size.every(side)) {
    throw new Error(`The sketch's size is ${JSON.stringify(value.size)}.`);
  }
  if (!MODES.includes(value.mode)) throw new Error(`The sketch's mode is ${value.mode}.`);
  if (!COLOUR.test(value.bg)) throw new Error(`The sketch's ground, bg, is ${value.bg}.`);
  if (!Array.isArray(value.s)) throw new Error("The sketch's strokes, s, are no list.");
  value.s.forEach(read);
  return value;
}

/** A stroke from its text. @param {string} text @param {number} [index] @returns {Stroke} @throws {Error} */
export function read(text, index = 0) {
  const found = STROKE.exec(text);
  if (!found) throw new Error(`Stroke ${index + 1} of the sketch is ${String(text).slice(0, 60)}.`);
  const [, letter, colour, width, pressure, steps] = found;
  const tool = TOOLS[letter.toLowerCase()];
  let [x, y] = [0, 0];
  const samples = steps.trim().split(" ").map((step, point) => {
    const [right, down] = step.split(",").map(Number);
    const digits = pressure.slice(2 * point, 2 * point + 2);
    [x, y] = [x + right, y + down];
    return /** @type {Sample} */ ([x, y, pressure ? parseInt(digits, 16) / 255 : 1]);
  });
  if (tool === "fill" && samples.length < 3) throw new Error(`Stroke ${index + 1} of the sketch has ${samples.length} points.`);
  if (tool !== "fill" && !width) throw new Error(`Stroke ${index + 1} of the sketch has no width.`);
  if (pressure && pressure.length !== 2 * samples.length) {
    throw new Error(`Stroke ${index + 1} of the sketch has ${pressure.length / 2} pressures for ${samples.length} points.`);
  }
  return { tool, colour: colour?.toLowerCase() ?? "", width: Number(width ?? 0), samples };
}

/** A stroke as text. @param {Stroke} stroke @returns {string} */
export function written({ tool, colour, width, samples }) {
  const places = samples.map(([x, y]) => [halves(x), halves(y)]);
  const steps = places.map(([x, y], i) => (i ? [x - places[i - 1][0], y - places[i - 1][1]] : [x, y]));
  const pressed = tool !== "fill" && samples.some(([, , pressure]) => pressure < 1);
  const digits = pressed ? samples.map(([, , pressure]) => hex(pressure * 255)).join("") : "";
  return `${tool[0]}|${tool === "eraser" ? "" : colour}|${tool === "fill" ? "" : Math.round(width)}|${digits} ${steps.map((step) => step.join(",")).join(" ")}`;
}

/** Finer would cost more than it shows. @param {number} pixels */
function halves(pixels) {
  return Math.round(pixels * 2) / 2;
}

/** Two digits. @param {number} level of 255 */
function hex(level) {
  return Math.round(Math.min(255, Math.max(0, level))).toString(16).padStart(2, "0");
}

/** The colour of lines without one: white on a dark ground, black on a light one. @param {string} ground */
export function lineColour(ground) {
  const sum = [1, 3, 5].reduce((total, at) => total + parseInt(ground.slice(at, at + 2), 16), 0);
  return sum < 3 * 128 ? "#ffffff" : "#000000";
}

/** The radius at a sample. @param {Stroke} stroke @param {Sample} sample */
export function radius({ width }, [, , pressure]) {
  return Math.max(0.5, (width / 2) * pressure);
}

/** With one stroke more. @param {Value} value @param {Stroke} stroke @returns {Value} */
export function added(value, stroke) {
  return { ...value, s: [...value.s, written(stroke)] };
}

/** At another size, the strokes stretched to it. @param {Value} value @param {[number, number]} size @returns {Value} */
export function resized(value, size) {
  const [right, down] = [size[0] / value.size[0], size[1] / value.size[1]];
  if (right === 1 && down === 1) return value;
  const s = value.s.map((text) => {
    const stroke = read(text);
    const samples = stroke.samples.map(([x, y, pressure]) => /** @type {Sample} */ ([x * right, y * down, pressure]));
    const width = stroke.width && Math.min(9999, Math.max(1, stroke.width * Math.sqrt(right * down)));
    return written({ ...stroke, width, samples });
  });
  return { ...value, size, s };
}

/** With less in its strokes, where nobody sees it. @param {Value} value @returns {Value} */
export function simpler(value) {
  const s = value.s.map((text) => {
    const stroke = read(text);
    return written({ ...stroke, samples: simplified(stroke.samples, COARSE, stroke.width / 2) });
  });
  return { ...value, s };
}

/** With the strokes of another sketch over its own, brought to its size. @param {Value} value @param {Value} other @returns {Value} */
export function joined(value, other) {
  return { ...value, s: [...value.s, ...resized(other, value.size).s] };
}

/**
 * Classes whose names or number hold every word of a text, those that begin with it first.
 * @template {[string, string]} T
 * @param {T[]} classes  pairs of names and colour
 * @param {string} text
 * @returns {{ index: number, names: string, colour: string }[]}
 */
export function named(classes, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = classes.map(([names, colour], index) => ({ index, names, colour }));
  const rank = (/** @type {{ names: string }} */ { names }) => (names.toLowerCase().startsWith(words[0]) ? 0 : 1);
  return all
    .filter(({ names, index }) => words.every((word) => names.toLowerCase().includes(word) || String(index) === word))
    .sort((one, other) => (words.length ? rank(one) - rank(other) : 0) || one.index - other.index);
}
