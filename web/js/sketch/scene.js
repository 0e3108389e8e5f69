// @ts-check
/** The drawing with its ground and its background image. */

/** @typedef {import("./model.js").Value} Value */
/** @typedef {import("./layer.js").Layer} Layer */
/** @typedef {import("./model.js").Stroke} Stroke */

/**
 * Draws all of it, in pixels of the sketch.
 * @param {CanvasRenderingContext2D} context
 * @param {{ value: Value, layer: Layer, stroke?: Stroke | null, image?: HTMLImageElement | null, strength?: number }} scene
 *   the strength in [0, 1] is the background image's: the ground disappears, and what is not lines shows it through
 */
export function show(context, { value, layer, stroke, image, strength = 0 }) {
  const [width, height] = value.size;
  const strokes = layer.of(context, value, stroke);
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.fillStyle = value.bg;
  context.fillRect(0, 0, width, height);
  if (image) {
    context.globalAlpha = strength;
    context.drawImage(image, 0, 0, width, height);
    context.globalAlpha = value.mode === "scribble" ? 1 : 1 - strength / 2;
  }
  context.resetTransform();
  context.drawImage(strokes, 0, 0);
  context.restore();
}

/** The colour that is seen at a place, "#rrggbb". @param {{ value: Value, layer: Layer, image?: HTMLImageElement | null }} scene @param {{ x: number, y: number }} at */
export function colourAt(scene, { x, y }) {
  const context = canvas(1, 1);
  context.translate(0.5 - x, 0.5 - y);
  show(context, { ...scene, value: { ...scene.value, mode: "scribble" }, strength: 1 });
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}

/** The drawing as a file, at its size. @param {{ value: Value, layer: Layer }} scene @returns {Promise<Blob | null>} */
export function picture(scene) {
  const context = canvas(...scene.value.size);
  show(context, scene);
  return new Promise((done) => context.canvas.toBlob(done));
}

/** @param {number} width @param {number} height */
function canvas(width, height) {
  const made = Object.assign(document.createElement("canvas"), { width, height });
  return /** @type {CanvasRenderingContext2D} */ (made.getContext("2d"));
}
