// @ts-check
/** All strokes on one see-through canvas, so that an eraser takes away strokes and nothing else. */

import { read } from "./model.js";
import { paint } from "./paint.js";

export class Layer {
  constructor() {
    this.dry = document.createElement("canvas");
    this.wet = document.createElement("canvas");
    this.drawn = "";
    /** @type {string[] | null} */ this.strokes = null;
  }

  /**
   * The strokes as `context` would show them, and over them the one that is being drawn.
   * @param {CanvasRenderingContext2D} context @param {import("./model.js").Value} value @param {import("./model.js").Stroke | null} [stroke]
   * @returns {HTMLCanvasElement} of the size of the context's
   */
  of(context, value, stroke) {
    const { a, e, f } = context.getTransform();
    const key = [context.canvas.width, context.canvas.height, a, e, f, value.bg].join();
    if (key !== this.drawn || value.s !== this.strokes) {
      const layer = cleared(this.dry, context);
      value.s.forEach((text) => paint(layer, read(text), value.bg));
      [this.drawn, this.strokes] = [key, value.s];
    }
    if (!stroke) return this.dry;
    const layer = cleared(this.wet, context);
    layer.save();
    layer.resetTransform();
    layer.drawImage(this.dry, 0, 0);
    layer.restore();
    paint(layer, stroke, value.bg);
    return this.wet;
  }
}

/** The empty canvas at the size and place of another. @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} like */
function cleared(canvas, like) {
  canvas.width = like.canvas.width; // which clears it
  canvas.height = like.canvas.height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(like.getTransform());
  return context;
}
