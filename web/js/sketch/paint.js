// @ts-check
/** Strokes on a canvas, as preprocessors/drawing/coverage.py has them on pixels. */

import { lineColour, radius } from "./model.js";

/** @typedef {import("./model.js").Stroke} Stroke */
/** @typedef {import("./model.js").Sample} Sample */
/** @typedef {Pick<Path2D, "moveTo" | "lineTo" | "arc" | "closePath">} Path */

/** Draws a stroke on a layer; an eraser takes away what is there. @param {CanvasRenderingContext2D} layer @param {Stroke} stroke @param {string} ground */
export function paint(layer, stroke, ground) {
  const path = new Path2D();
  trace(path, stroke);
  layer.globalCompositeOperation = stroke.tool === "eraser" ? "destination-out" : "source-over";
  layer.fillStyle = stroke.colour || lineColour(ground);
  layer.fill(path);
  layer.globalCompositeOperation = "source-over";
}

/** The outline of a stroke, to be filled by the non-zero rule. @param {Path} path @param {Stroke} stroke */
export function trace(path, stroke) {
  const { samples } = stroke;
  if (stroke.tool === "fill") {
    samples.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    path.closePath();
  } else if (samples.length === 1) {
    disc(path, samples[0], radius(stroke, samples[0]));
  } else {
    samples.slice(1).forEach((to, i) => limb(path, samples[i], to, radius(stroke, samples[i]), radius(stroke, to)));
  }
}

/** All discs between two, their radii changing evenly. @param {Path} path @param {Sample} a @param {Sample} b @param {number} ra @param {number} rb */
function limb(path, a, b, ra, rb) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (length <= Math.abs(ra - rb)) return ra > rb ? disc(path, a, ra) : disc(path, b, rb);
  const along = Math.atan2(b[1] - a[1], b[0] - a[0]);
  const touch = Math.acos((ra - rb) / length); // from the way to where the common tangents touch both discs
  path.moveTo(a[0] + ra * Math.cos(along + touch), a[1] + ra * Math.sin(along + touch));
  path.arc(a[0], a[1], ra, along + touch, along - touch + 2 * Math.PI);
  path.arc(b[0], b[1], rb, along - touch, along + touch);
  path.closePath();
}

/** @param {Path} path @param {Sample} centre @param {number} radius */
function disc(path, [x, y], radius) {
  path.moveTo(x + radius, y);
  path.arc(x, y, radius, 0, 2 * Math.PI);
  path.closePath();
}
