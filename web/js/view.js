// @ts-check
/** A picture on an editor's stage: fit, zoom and pan, sharp drawing, and the pointer in the picture's own pixels. */

import { magnification, panningGraph } from "./host.js";

const LARGEST = 4096; // pixels of a side of the canvas's store
const ZOOM = [0.05, 64];

/** A place in the picture, in its pixels; pressure in [0, 1], 0.5 of a mouse. @typedef {{ x: number, y: number, pressure: number }} Point */

/**
 * @typedef {object} Painter
 * @property {() => [number, number]} size  of the picture, width and height
 * @property {(context: CanvasRenderingContext2D, view: View) => void} draw  in the picture's pixels
 * @property {(point: Point, event: PointerEvent) => boolean | void} [down]  true begins a drag
 * @property {(points: Point[], event: PointerEvent) => void} [move]  of the drag: every place since the last call
 * @property {(point: Point, event: PointerEvent) => void} [up]  the drag's end
 * @property {() => void} [retract]  what the press began was not meant; of a drag, the end follows
 * @property {(point: Point | null, event: PointerEvent) => void} [hover]  without a button; null when it leaves
 */

export class View {
  /** @param {import("./frame.js").Frame} frame @param {Painter} painter */
  constructor(frame, painter) {
    this.frame = frame;
    this.painter = painter;
    this.scale = 1; // CSS pixels to a pixel of the picture
    this.left = 0;
    this.top = 0;
    this.fitted = true;
    this.asked = false;
    /** @type {"draw" | "pan" | "pinch" | null} */ this.gesture = null;
    /** @type {PointerEvent | null} */ this.held = null; // what the gesture began with
    /** @type {Map<number, PointerEvent>} */ this.fingers = new Map(); // on the stage, as they were last
    /** @type {any} */ this.before = undefined; // the editor's value when the drawing began
    this.zooms = !frame.handlers.onWheel;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "armature-canvas";
    this.canvas.setAttribute("aria-hidden", "true");
    frame.stage.prepend(this.canvas);
    frame.handlers.onWheel ??= (event) => this.#wheel(event);
    new ResizeObserver(() => (this.fitted ? this.fit() : this.request())).observe(frame.stage);
    this.#listen();
  }

  /** Pixels of the picture to a CSS pixel: what keeps a handle's size on screen. */
  get pixel() {
    return 1 / this.scale;
  }

  /** Shows the whole picture, and keeps doing so when the stage changes. */
  fit() {
    const [width, height] = this.painter.size();
    const { clientWidth, clientHeight } = this.frame.stage;
    const [wide, high] = this.frame.room;
    this.scale = Math.max(Math.min(wide / width, high / height), ZOOM[0]);
    this.left = (clientWidth - width * this.scale) / 2;
    this.top = (clientHeight - height * this.scale) / 2;
    this.fitted = true;
    this.request();
  }

  /** Zooms by a factor, with the place under the pointer held; without one, the middle. @param {number} factor @param {{ clientX: number, clientY: number }} [at] */
  zoom(factor, at) {
    const { clientWidth, clientHeight } = this.frame.stage;
    const [x, y] = at ? this.#css(at) : [clientWidth / 2, clientHeight / 2];
    const scale = Math.min(ZOOM[1], Math.max(ZOOM[0], this.scale * factor));
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.request();
  }

  /** Moves the picture by CSS pixels. @param {number} x @param {number} y */
  pan(x, y) {
    this.left += x;
    this.top += y;
    this.fitted = false;
    this.request();
  }

  /** Where a pointer is in the picture. @param {{ clientX: number, clientY: number, pressure?: number }} event @returns {Point} */
  at(event) {
    const [x, y] = this.#css(event);
    return { x: (x - this.left) / this.scale, y: (y - this.top) / this.scale, pressure: event.pressure || 0.5 };
  }

  /** Draws at the next frame. */
  request() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.paint();
    });
  }

  /** Draws now. */
  paint() {
    const { clientWidth, clientHeight } = this.frame.stage;
    const wanted = this.frame.expanded ? window.devicePixelRatio : magnification();
    const sharp = Math.min(wanted, LARGEST / Math.max(clientWidth, clientHeight, 1));
    const [width, height] = [Math.round(clientWidth * sharp), Math.round(clientHeight * sharp)];
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    const context = this.canvas.getContext("2d");
    if (!context || !width || !height) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    const scale = this.scale * sharp;
    context.setTransform(scale, 0, 0, scale, this.left * sharp, this.top * sharp);
    this.painter.draw(context, this);
  }

  /** @param {{ clientX: number, clientY: number }} at @returns {[number, number]} CSS pixels of the stage, whatever the graph's zoom */
  #css({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [(clientX - left) * this.#shrink, (clientY - top) * this.#shrink];
  }

  /** CSS pixels of the stage to a pixel of the page, which the graph's zoom makes differ. */
  get #shrink() {
    return this.canvas.clientWidth / (this.canvas.getBoundingClientRect().width || 1) || 1;
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#up(event));
    canvas.addEventListener("pointerenter", () => this.request()); // the graph's zoom may have changed
    canvas.addEventListener("pointerleave", (event) => this.painter.hover?.(null, event));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.pointerType === "touch" && !this.#alone(event)) return;
    this.gesture = null;
    this.held = event;
    this.before = this.frame.handlers.history?.value;
    const pans = (event.button === 1 && this.frame.expanded) || (event.button === 0 && this.frame.space);
    if (pans) this.gesture = "pan";
    else if (event.button === 0 && !panningGraph() && this.painter.down?.(this.at(event), event)) this.gesture = "draw";
    if (this.gesture) canvasOf(event).setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (this.gesture === "pinch") return this.#pinch(event);
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event);
    if (this.gesture && event.pointerId !== this.held?.pointerId) return;
    if (this.gesture === "pan") this.pan(event.movementX * this.#shrink, event.movementY * this.#shrink);
    else if (this.gesture === "draw") {
      const all = event.getCoalescedEvents?.() ?? [];
      this.painter.move?.((all.length ? all : [event]).map((one) => this.at(one)), event);
    } else if (!event.buttons) this.painter.hover?.(this.at(event), event);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    this.fingers.delete(event.pointerId);
    if (this.gesture === "pinch" ? this.fingers.size : event.pointerId !== this.held?.pointerId) return;
    if (this.gesture === "draw") this.painter.up?.(this.at(event), event);
    this.gesture = null;
  }

  /** Whether a finger that came down draws: not the second one, nor a palm beside the pen. @param {PointerEvent} event */
  #alone(event) {
    if (this.gesture && this.held?.pointerType !== "touch") return false;
    if (event.isPrimary) this.fingers.clear(); // one may have been lifted where the canvas did not see it
    this.fingers.set(event.pointerId, event);
    if (this.zooms && this.fingers.size === 2) this.#pinched();
    return this.fingers.size === 1;
  }

  /** A second finger is down: they move the picture, and what the first has drawn until then was not meant. */
  #pinched() {
    const [first] = this.fingers.values();
    this.painter.retract?.();
    if (this.gesture === "draw") this.painter.up?.(this.at(first), first);
    this.gesture = "pinch";
    if (this.frame.handlers.history?.value !== this.before) this.frame.forget();
  }

  /** The picture follows the places that two fingers hold. @param {PointerEvent} event */
  #pinch(event) {
    if (this.fingers.size < 2 || !this.fingers.has(event.pointerId)) return;
    const before = between(this.fingers);
    this.fingers.set(event.pointerId, event);
    const after = between(this.fingers);
    this.zoom(after.apart / before.apart, before);
    this.pan((after.clientX - before.clientX) * this.#shrink, (after.clientY - before.clientY) * this.#shrink);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    this.zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 500)), event);
    return true;
  }
}

/** The middle of two fingers and how far they are apart. @param {Map<number, PointerEvent>} fingers */
function between(fingers) {
  const [a, b] = fingers.values();
  const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
  return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2, apart };
}

/** @param {PointerEvent} event */
function canvasOf(event) {
  return /** @type {HTMLCanvasElement} */ (event.currentTarget);
}
