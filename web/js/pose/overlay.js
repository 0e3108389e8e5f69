// @ts-check
/** What lies over the map while it is edited: its border, points to grab, the chosen people's box. */

import { box, keys, owners, place, unkey } from "./model.js";

/** @typedef {import("./model.js").Scene} Scene */
/** @typedef {"rotate" | "left top" | "right top" | "left bottom" | "right bottom"} Handle */
/** @typedef {{ left: number, top: number, right: number, bottom: number, middle: { x: number, y: number } }} Box */

const MARGIN = 14; // CSS pixels between points and the box around them
const LEVER = 26; // CSS pixels from the box up to the handle that turns it
const GRIP = 12; // CSS pixels around a handle that are the handle's
const CROWDED = 0.9; // pixels of the map to a CSS pixel from which rings around small points would hide them
/** @type {Handle[]} */
const CORNERS = ["left top", "right top", "left bottom", "right bottom"];

/** The box around chosen points; null for fewer than two. @param {Scene} scene @param {ReadonlySet<string>} chosen @param {number} pixel @returns {Box | null} */
export function frameOf(scene, chosen, pixel) {
  const around = chosen.size > 1 ? box(scene, chosen) : null;
  if (!around) return null;
  const margin = MARGIN * pixel;
  const { left, top, right, bottom, middle } = around;
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin, middle };
}

/** Where a handle is. @param {Box} frame @param {Handle} handle @param {number} pixel */
export function handleAt(frame, handle, pixel) {
  if (handle === "rotate") return { x: (frame.left + frame.right) / 2, y: frame.top - LEVER * pixel };
  const [side, end] = /** @type {["left" | "right", "top" | "bottom"]} */ (handle.split(" "));
  return { x: frame[side], y: frame[end] };
}

/** The handle under a place. @param {Box | null} frame @param {{ x: number, y: number }} at @param {number} pixel @returns {Handle | null} */
export function handleUnder(frame, at, pixel) {
  if (!frame) return null;
  const near = (/** @type {Handle} */ handle) => {
    const { x, y } = handleAt(frame, handle, pixel);
    return Math.hypot(x - at.x, y - at.y) <= GRIP * pixel;
  };
  return [...CORNERS, /** @type {Handle} */ ("rotate")].find(near) ?? null;
}

/** The corner across, which stays in place. @param {Box} frame @param {Handle} handle @param {number} pixel */
export function opposite(frame, handle, pixel) {
  return handleAt(frame, CORNERS[3 - CORNERS.indexOf(handle)], pixel);
}

/**
 * Draws it all, in the map's pixels.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {{ chosen: ReadonlySet<string>, hover: string | null, marquee: Box | null, pixel: number, accent: string, line: string }} state
 */
export function drawOverlay(context, scene, { chosen, hover, marquee, pixel, accent, line }) {
  context.lineWidth = pixel;
  context.strokeStyle = line;
  context.strokeRect(-pixel / 2, -pixel / 2, scene.size[0] + pixel, scene.size[1] + pixel);
  const busy = new Set(owners(chosen));
  for (const name of keys(scene)) {
    const { person, part } = unkey(name);
    const { x, y, hidden } = /** @type {{ x: number, y: number, hidden?: boolean }} */ (place(scene, name));
    const strong = (chosen.has(name) && (part === "body" || pixel < CROWDED)) || name === hover;
    const faint = hidden || !scene.people[person].on || (busy.has(person) && (part === "body" || pixel < CROWDED));
    if (strong || faint) ring(context, x + 0.5, y + 0.5, (part === "body" ? 6 : 4) * pixel, pixel, strong, !!hidden, accent);
  }
  const around = frameOf(scene, chosen, pixel);
  if (around) drawFrame(context, around, pixel, accent);
  if (marquee) drawMarquee(context, marquee, pixel, accent);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {number} pixel @param {boolean} strong @param {boolean} hidden @param {string} accent */
function ring(context, x, y, radius, pixel, strong, hidden, accent) {
  context.beginPath();
  context.setLineDash(hidden ? [2 * pixel, 2 * pixel] : []);
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 3.5 * pixel;
  context.strokeStyle = "#000b";
  context.stroke();
  context.lineWidth = (strong ? 2 : 1.2) * pixel;
  context.strokeStyle = strong ? accent : "#fffc";
  context.stroke();
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Box} frame @param {number} pixel @param {string} accent */
function drawFrame(context, frame, pixel, accent) {
  const lever = handleAt(frame, "rotate", pixel);
  context.lineWidth = 1.5 * pixel;
  context.strokeStyle = accent;
  context.strokeRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  context.beginPath();
  context.moveTo(lever.x, frame.top);
  context.lineTo(lever.x, lever.y);
  context.stroke();
  context.fillStyle = "#fff";
  for (const handle of CORNERS) {
    const { x, y } = handleAt(frame, handle, pixel);
    context.fillRect(x - 4 * pixel, y - 4 * pixel, 8 * pixel, 8 * pixel);
    context.strokeRect(x - 4 * pixel, y - 4 * pixel, 8 * pixel, 8 * pixel);
  }
  context.beginPath();
  context.arc(lever.x, lever.y, 5 * pixel, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Box} marquee @param {number} pixel @param {string} accent */
function drawMarquee(context, { left, top, right, bottom }, pixel, accent) {
  context.lineWidth = pixel;
  context.strokeStyle = accent;
  context.setLineDash([4 * pixel, 3 * pixel]);
  context.strokeRect(left, top, right - left, bottom - top);
  context.setLineDash([]);
}
