// @ts-check
/** A control's strength over a run, as points of a curve. Python's side: control/drawn.py. */

import { known } from "../store.js";

/**
 * @typedef {[number, number]} Point  progress of the run and share of the strength, both in [0, 1]
 * @typedef {{ v: number, points: Point[], interpolation: "linear" | "monotone_cubic" }} Curve
 */

export const GAP = 0.001; // between two points, so that each can be grasped and its text read back

/** @type {Curve} */
export const CONSTANT = { v: 1, points: [[0, 1], [1, 1]], interpolation: "linear" };

/** @type {Record<string, Curve>} */
export const PRESETS = {
  constant: CONSTANT,
  easeIn: { v: 1, points: [[0, 0], [0.5, 0.25], [1, 1]], interpolation: "monotone_cubic" },
  easeOut: { v: 1, points: [[0, 1], [0.5, 0.25], [1, 0]], interpolation: "monotone_cubic" },
  startWindow: { v: 1, points: [[0, 1], [0.4, 1], [0.401, 0], [1, 0]], interpolation: "linear" },
  endWindow: { v: 1, points: [[0, 0], [0.599, 0], [0.6, 1], [1, 1]], interpolation: "linear" },
  soft: { v: 1, points: [[0, 1], [0.4, 1], [1, 0]], interpolation: "monotone_cubic" },
};

/**
 * @param {any} value
 * @returns {Curve}
 * @throws {Error} if it is no curve, or of a newer version
 */
export function read(value) {
  const found = known(value && typeof value === "object" ? { v: 1, ...value } : value, CONSTANT);
  const { points, interpolation = "monotone_cubic" } = found;
  const inside = (/** @type {any} */ number) => typeof number === "number" && number >= 0 && number <= 1;
  const good =
    Array.isArray(points) &&
    points.length > 0 &&
    points.every((point) => Array.isArray(point) && point.length === 2 && point.every(inside)) &&
    points.every(([x], i) => !i || x >= points[i - 1][0]) &&
    ["linear", "monotone_cubic"].includes(interpolation);
  if (!good) throw new Error("this is no curve: expected points from left to right, from 0 to 1");
  return { v: 1, points, interpolation };
}

/**
 * The curve at a place, as ComfyUI's CURVE has it: straight between points, or by a cubic that does not overshoot
 * (Fritsch and Carlson, 1980); level before the first point and behind the last.
 * @param {Curve} curve
 * @param {number} x
 */
export function valueAt({ points, interpolation }, x) {
  const last = points.length - 1;
  if (x < points[0][0] || last === 0) return points[0][1];
  if (interpolation === "monotone_cubic" && x === points[0][0]) return points[0][1];
  if (x >= points[last][0]) return points[last][1];
  const next = points.findIndex((point) => point[0] > x);
  const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]];
  if (interpolation === "linear") return ((y1 - y0) / (x1 - x0)) * (x - x0) + y0;
  const slopes = slopesOf(points);
  const width = x1 - x0;
  const t = (x - x0) / width;
  const bend = t * t * (3 - 2 * t);
  const tangents = t * (1 - t) ** 2 * slopes[next - 1] - t * t * (1 - t) * slopes[next];
  return y0 + bend * (y1 - y0) + width * tangents;
}

/**
 * Tangents at the points: the mean of both sides, level at peaks, never so steep as to overshoot.
 * @param {Point[]} points
 */
function slopesOf(points) {
  const rises = points.slice(1).map(([x, y], i) => (x === points[i][0] ? 0 : (y - points[i][1]) / (x - points[i][0])));
  const slopes = points.map((_, i) => {
    if (i === 0) return rises[0];
    if (i === points.length - 1) return rises[i - 1];
    return rises[i - 1] * rises[i] <= 0 ? 0 : (rises[i - 1] + rises[i]) / 2;
  });
  rises.forEach((rise, i) => {
    if (rise === 0) {
      slopes[i] = slopes[i + 1] = 0;
      return;
    }
    const length = Math.hypot(slopes[i] / rise, slopes[i + 1] / rise);
    if (length <= 3) return;
    slopes[i] *= 3 / length;
    slopes[i + 1] *= 3 / length;
  });
  return slopes;
}

/**
 * Places and values that a run of so many steps evaluates.
 * @param {Curve} curve
 * @param {number} count
 * @returns {Point[]}
 */
export function stepsOf(curve, count) {
  return Array.from({ length: count }, (_, n) => [n / count, valueAt(curve, n / count)]);
}

/**
 * A new point, or the one that lies there already, moved.
 * @param {Curve} curve
 * @param {Point} point
 * @returns {[Curve, number]} the curve and the point's place in it
 */
export function withPoint(curve, [x, y]) {
  const near = curve.points.findIndex((point) => Math.abs(point[0] - x) < GAP);
  if (near >= 0) return [moved(curve, near, [x, y]), near];
  const place = curve.points.filter((point) => point[0] < x).length;
  const points = curve.points.toSpliced(place, 0, [rounded(clamped(x, 0, 1), 3), rounded(clamped(y, 0, 1), 3)]);
  return [{ ...curve, points }, place];
}

/**
 * The point stays between its neighbours.
 * @param {Curve} curve
 * @param {number} index
 * @param {Point} to
 * @returns {Curve}
 */
export function moved(curve, index, [x, y]) {
  const low = index ? curve.points[index - 1][0] + GAP : 0;
  const high = index < curve.points.length - 1 ? curve.points[index + 1][0] - GAP : 1;
  const place = high < low ? curve.points[index][0] : clamped(x, low, high);
  return { ...curve, points: curve.points.with(index, [rounded(place, 3), rounded(clamped(y, 0, 1), 3)]) };
}

/** One point stays always. @param {Curve} curve @param {number} index @returns {Curve} */
export function without(curve, index) {
  return curve.points.length < 2 ? curve : { ...curve, points: curve.points.toSpliced(index, 1) };
}

/**
 * On the nearest step of the run, and twentieth of the strength.
 * @param {Point} point
 * @param {number} count
 * @returns {Point}
 */
export function snapped([x, y], count) {
  return [Math.round(x * count) / count, Math.round(y * 20) / 20];
}

/** In the words of Control Schedule: "0:1, 0.5:0.8". @param {Curve} curve @param {number} strength */
export function toText({ points }, strength) {
  return points.map(([x, y]) => `${rounded(x, 4)}:${rounded(y * strength, 4)}`).join(", ");
}

/**
 * The curve of a text of Control Schedule, and the strength at its top: the one given, or one that reaches higher if the
 * text does.
 * @param {string} text
 * @param {number} strength
 * @returns {{ curve: Curve, strength: number }}
 * @throws {Error} if it is no such text, or if a curve cannot be it
 */
export function fromText(text, strength) {
  const words = text.split(/[,;\n]/).map((word) => word.trim()).filter(Boolean);
  const found = words.map((word) => word.split(":").map((part) => (part.trim() ? Number(part) : NaN)));
  if (!found.length || found.some((pair) => pair.length !== 2 || !pair.every(Number.isFinite))) {
    throw new Error("this is no schedule: write place:strength, for example 0:1, 0.4:0.6, 1:0");
  }
  const pairs = [...new Map(found.map(([x, y]) => [x, y]))].sort((a, b) => a[0] - b[0]);
  const sign = pairs.some(([, y]) => y < 0) ? -1 : 1;
  if (pairs.some(([x, y]) => x < 0 || x > 1 || y * sign < 0)) {
    throw new Error("places must lie between 0 and 1, and strengths on one side of 0");
  }
  const peak = Math.max(...pairs.map(([, y]) => y * sign));
  const top = peak > strength * sign ? peak * sign : strength;
  /** @type {Point[]} */ const points = pairs.map(([x, y]) => [x, top ? y / top : 0]);
  return { curve: { v: 1, points, interpolation: "linear" }, strength: top };
}

/** @param {number} number @param {number} digits */
function rounded(number, digits) {
  return Math.round(number * 10 ** digits) / 10 ** digits;
}

/** @param {number} number @param {number} low @param {number} high */
export function clamped(number, low, high) {
  return Math.min(Math.max(number, low), high);
}
