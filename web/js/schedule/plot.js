// @ts-check
/** A schedule's curve as a picture: the run from left to right with its steps, the strength from bottom to top. */

import { colours } from "../ui.js";
import { stepsOf, valueAt } from "./model.js";

const MARGIN = { left: 34, right: 10, top: 12, bottom: 20 };
const LABEL = 26; // pixels that a label of the ruler needs
const ROUND = 2 * Math.PI;

/**
 * @typedef {{ left: number, top: number, width: number, height: number }} Area
 * @typedef {object} Scene
 * @property {import("./model.js").Curve} curve
 * @property {number} strength  at the top
 * @property {number} steps  0 where the ruler counts percents
 * @property {number} selected  a point, or -1
 * @property {import("./model.js").Point | null} pointer  a place to read the curve at
 */

/** The part of a picture that the curve fills. @param {[number, number]} size @returns {Area} */
export function areaOf([width, height]) {
  const { left, right, top, bottom } = MARGIN;
  return { left, top, width: Math.max(width - left - right, 1), height: Math.max(height - top - bottom, 1) };
}

/** @param {Area} area @param {import("./model.js").Point} point @returns {[number, number]} */
export function toPicture({ left, top, width, height }, [x, y]) {
  return [left + x * width, top + (1 - y) * height];
}

/** @param {Area} area @param {number} x @param {number} y @returns {import("./model.js").Point} */
export function toCurve({ left, top, width, height }, x, y) {
  return [(x - left) / width, 1 - (y - top) / height];
}

/** @param {CanvasRenderingContext2D} context @param {Area} area @param {Scene} scene */
export function plot(context, area, scene) {
  const colour = colours(context.canvas);
  context.font = "10px system-ui, sans-serif";
  grid(context, area, scene, colour);
  line(context, area, scene, colour);
  evaluations(context, area, scene, colour);
  handles(context, area, scene, colour);
  if (scene.pointer) reading(context, area, scene, colour);
}

/** @typedef {ReturnType<typeof colours>} Colours */

/** @param {CanvasRenderingContext2D} context @param {Area} area @param {Scene} scene @param {Colours} colour */
function grid(context, area, { strength, steps }, colour) {
  const { left, top, width, height } = area;
  context.lineWidth = 1;
  context.strokeStyle = colour.line;
  context.fillStyle = colour.muted;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = Math.round(top + (1 - share) * height) + 0.5;
    stroke(context, [left, y], [left + width, y], share === 0 || share === 1 ? 0.9 : 0.35);
    if (share !== 0.25 && share !== 0.75) context.fillText(short(share * strength), left - 6, y);
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  const parts = steps || 4;
  const every = niceStep((parts * LABEL) / width);
  for (let n = 0; n <= parts; n++) {
    const x = Math.round(left + (n / parts) * width) + 0.5;
    const labelled = n % every === 0;
    stroke(context, [x, top], [x, top + height + (labelled ? 4 : 2)], labelled ? 0.5 : 0.2);
    if (labelled) context.fillText(steps ? `${n}` : `${n * 25} %`, x, top + height + 7);
  }
}

/** @param {CanvasRenderingContext2D} context @param {Area} area @param {Scene} scene @param {Colours} colour */
function line(context, area, { curve }, colour) {
  const path = new Path2D();
  const places = [...Array.from({ length: area.width + 1 }, (_, i) => i / area.width), ...curve.points.map(([x]) => x)];
  for (const x of places.sort((a, b) => a - b)) path.lineTo(...toPicture(area, [x, valueAt(curve, x)]));
  const ground = new Path2D(path);
  ground.lineTo(area.left + area.width, area.top + area.height);
  ground.lineTo(area.left, area.top + area.height);
  const shade = context.createLinearGradient(0, area.top, 0, area.top + area.height);
  shade.addColorStop(0, `color-mix(in srgb, ${colour.accent} 38%, transparent)`);
  shade.addColorStop(1, `color-mix(in srgb, ${colour.accent} 6%, transparent)`);
  context.fillStyle = shade;
  context.fill(ground);
  context.lineJoin = "round";
  context.lineWidth = 2;
  context.strokeStyle = colour.accent;
  context.stroke(path);
}

/**
 * What the sampler will use: a dot for each step.
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {Scene} scene
 * @param {Colours} colour
 */
function evaluations(context, area, { curve, steps }, colour) {
  context.fillStyle = colour.text;
  for (const point of steps ? stepsOf(curve, steps) : []) disc(context, toPicture(area, point), 2);
}

/** @param {CanvasRenderingContext2D} context @param {Area} area @param {Scene} scene @param {Colours} colour */
function handles(context, area, { curve, selected }, colour) {
  context.strokeStyle = colour.accent;
  context.lineWidth = 2;
  curve.points.forEach((point, i) => {
    context.fillStyle = i === selected ? colour.accent : colour.field;
    disc(context, toPicture(area, point), i === selected ? 6 : 5);
    context.stroke();
  });
}

/**
 * The numbers at the pointer.
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {Scene} scene
 * @param {Colours} colour
 */
function reading(context, area, { curve, strength, pointer }, colour) {
  const [x] = /** @type {import("./model.js").Point} */ (pointer);
  const [left, top] = toPicture(area, [x, valueAt(curve, x)]);
  context.setLineDash([3, 3]);
  context.strokeStyle = colour.muted;
  stroke(context, [left, area.top], [left, area.top + area.height], 1);
  context.setLineDash([]);
  const text = `${Math.round(x * 100)} %   ${short(valueAt(curve, x) * strength)}`;
  const width = context.measureText(text).width + 12;
  const label = [Math.min(left + 8, area.left + area.width - width), Math.max(top - 26, area.top + 2)];
  context.fillStyle = colour.ground;
  context.strokeStyle = colour.line;
  context.beginPath();
  context.roundRect(label[0], label[1], width, 18, 5);
  context.fill();
  context.stroke();
  context.fillStyle = colour.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, label[0] + 6, label[1] + 9.5);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} alpha
 */
function stroke(context, from, to, alpha) {
  context.globalAlpha = alpha;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {[number, number]} at @param {number} radius */
function disc(context, at, radius) {
  context.beginPath();
  context.arc(...at, radius, 0, ROUND);
  context.fill();
}

/** @param {number} number */
export function short(number) {
  return String(Math.round(number * 1000) / 1000);
}

/** The smallest of 1, 2, 5, 10, ... that is not less. @param {number} least */
function niceStep(least) {
  for (let power = 1; ; power *= 10) for (const step of [1, 2, 5]) if (step * power >= least) return step * power;
}
