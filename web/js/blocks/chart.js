// @ts-check
/** Weights of blocks as bars: a column for each place, grouped by kind. */

import { colours } from "../ui.js";
import { groupsOf, rounded } from "./model.js";

const MARGIN = { left: 28, right: 6, top: 16, bottom: 32 };
const GROUP_GAP = 10;
const NARROW = 22; // pixels of a column below which numbers are left out

/**
 * @typedef {{ x: number, width: number }} Column
 * @typedef {{ top: number, height: number, columns: Column[] }} Area
 * @typedef {object} Scene
 * @property {import("./model.js").Place[]} places
 * @property {number[]} weights
 * @property {number} highest  the weight at the top
 * @property {number} selected  a column, or -1
 * @property {boolean} dimmed  whether the bars play no part
 */

/**
 * Where everything lies in a picture.
 * @param {[number, number]} size
 * @param {import("./model.js").Place[]} places
 * @returns {Area}
 */
export function areaOf([width, height], places) {
  const groups = groupsOf(places);
  const free = width - MARGIN.left - MARGIN.right - GROUP_GAP * (groups.length - 1);
  const each = Math.max(free / Math.max(places.length, 1), 1);
  const columns = groups.flatMap(({ first, count }, g) =>
    Array.from({ length: count }, (_, i) => ({ x: MARGIN.left + GROUP_GAP * g + (first + i) * each, width: each })),
  );
  return { top: MARGIN.top, height: Math.max(height - MARGIN.top - MARGIN.bottom, 1), columns };
}

/** The column nearest to a place. @param {Area} area @param {number} x */
export function columnAt({ columns }, x) {
  const far = columns.map((column) => Math.abs(column.x + column.width / 2 - x));
  return far.indexOf(Math.min(...far));
}

/** The weight at a height. @param {Area} area @param {number} y @param {number} highest */
export function weightAt({ top, height }, y, highest) {
  return rounded(Math.min(Math.max(1 - (y - top) / height, 0), 1) * highest);
}

/** @param {CanvasRenderingContext2D} context @param {Area} area @param {Scene} scene */
export function chart(context, area, scene) {
  const colour = colours(context.canvas);
  context.font = "10px system-ui, sans-serif";
  scale(context, area, scene, colour);
  context.globalAlpha = scene.dimmed ? 0.35 : 1;
  area.columns.forEach((column, i) => bar(context, area, column, i, scene, colour));
  context.globalAlpha = 1;
  captions(context, area, scene, colour);
}

/** @typedef {ReturnType<typeof colours>} Colours */

/** @param {CanvasRenderingContext2D} context @param {Area} area @param {Scene} scene @param {Colours} colour */
function scale(context, { top, height, columns }, { highest }, colour) {
  const last = columns[columns.length - 1];
  context.strokeStyle = colour.line;
  context.fillStyle = colour.muted;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const share of [0, 0.5, 1]) {
    const y = Math.round(top + (1 - share) * height) + 0.5;
    context.globalAlpha = share === 0.5 ? 0.4 : 0.9;
    context.beginPath();
    context.moveTo(columns[0].x, y);
    context.lineTo(last.x + last.width, y);
    context.stroke();
    context.globalAlpha = 1;
    context.fillText(String(rounded(share * highest)), MARGIN.left - 6, y);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {Column} column
 * @param {number} i
 * @param {Scene} scene
 * @param {Colours} colour
 */
function bar(context, { top, height }, { x, width }, i, { places, weights, highest, selected }, colour) {
  const space = Math.min(width * 0.14, 4);
  const [left, wide] = [x + space, width - 2 * space];
  const radius = Math.min(4, wide / 3);
  const tall = Math.min(Math.max(weights[i] / highest, 0), 1) * height;
  const middle = places[i].kind === "middle";
  const hue = middle ? `color-mix(in srgb, ${colour.accent} 55%, ${colour.text})` : colour.accent;
  context.fillStyle = `color-mix(in srgb, ${colour.text} ${i === selected ? 14 : 6}%, transparent)`;
  box(context, left, top, wide, height, radius);
  const shade = context.createLinearGradient(0, top + height - tall, 0, top + height);
  shade.addColorStop(0, hue);
  shade.addColorStop(1, `color-mix(in srgb, ${hue} 55%, transparent)`);
  context.fillStyle = shade;
  if (tall > 0.5) box(context, left, top + height - tall, wide, tall, Math.min(radius, tall / 2));
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillStyle = i === selected ? colour.text : colour.muted;
  if (width >= NARROW || i === selected) {
    context.fillText(short(weights[i]), x + width / 2, Math.max(top + height - tall - 2, top - 2));
  }
}

/**
 * Numbers under the bars, and the kind of blocks under each group.
 * @param {CanvasRenderingContext2D} context
 * @param {Area} area
 * @param {Scene} scene
 * @param {Colours} colour
 */
function captions(context, { top, height, columns }, { places, selected }, colour) {
  const bottom = top + height;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.strokeStyle = colour.line;
  for (const { kind, first, count } of groupsOf(places)) {
    const [from, last] = [columns[first], columns[first + count - 1]];
    const every = Math.ceil(14 / from.width);
    for (let i = first; i < first + count && kind !== "middle"; i++) {
      context.fillStyle = i === selected ? colour.text : colour.muted;
      if ((i - first) % every) continue;
      context.fillText(String(places[i].number), columns[i].x + from.width / 2, bottom + 4);
    }
    context.fillStyle = colour.muted;
    const [name, down] = kind !== "middle" ? [kind, 18] : [from.width < 36 ? "mid" : kind, 4];
    context.fillText(name, (from.x + last.x + last.width) / 2, bottom + down);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
function box(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
}

/** @param {number} weight */
export function short(weight) {
  return String(Math.round(weight * 100) / 100);
}
