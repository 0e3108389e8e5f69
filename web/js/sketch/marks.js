// @ts-check
/** What an editor shows over the drawing: its border, the brush's ring, an outline's corners. */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ pixel: number, size: [number, number], corners: import("./model.js").Sample[],
 *   pointer: { x: number, y: number } | null, ring: number, fill: string }} marks
 *   pixel: of the drawing to a CSS pixel; ring: the brush's radius, 0 for a cross
 */
export function marks(context, { pixel, size, corners, pointer, ring, fill }) {
  context.save();
  context.lineWidth = pixel;
  context.strokeStyle = "#8888";
  context.strokeRect(0, 0, ...size);
  if (corners.length) outline(context, pixel, corners, pointer, fill);
  if (pointer) {
    const path = ring ? circle(pointer, Math.max(ring, 2 * pixel)) : cross(pointer, 6 * pixel);
    contrasted(context, pixel, path);
  }
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {number} pixel @param {import("./model.js").Sample[]} corners @param {{ x: number, y: number } | null} pointer @param {string} fill */
function outline(context, pixel, corners, pointer, fill) {
  const path = new Path2D();
  corners.forEach(([x, y]) => path.lineTo(x, y));
  if (pointer) path.lineTo(pointer.x, pointer.y);
  context.globalAlpha = 0.5;
  context.fillStyle = fill;
  context.fill(path);
  context.globalAlpha = 1;
  contrasted(context, pixel, path);
  corners.forEach(([x, y], i) => contrasted(context, pixel, circle({ x, y }, (i ? 2.5 : 5) * pixel)));
}

/** A line that is seen on black and on white. @param {CanvasRenderingContext2D} context @param {number} pixel @param {Path2D} path */
function contrasted(context, pixel, path) {
  context.lineWidth = 3 * pixel;
  context.strokeStyle = "#000a";
  context.stroke(path);
  context.lineWidth = 1.25 * pixel;
  context.strokeStyle = "#fff";
  context.stroke(path);
}

/** @param {{ x: number, y: number }} centre @param {number} radius */
function circle({ x, y }, radius) {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  return path;
}

/** @param {{ x: number, y: number }} centre @param {number} arm */
function cross({ x, y }, arm) {
  const path = new Path2D();
  path.moveTo(x - arm, y);
  path.lineTo(x + arm, y);
  path.moveTo(x, y - arm);
  path.lineTo(x, y + arm);
  return path;
}
