// @ts-check
/** Draws scribbles, colours and segments. */

import { Frame } from "../frame.js";
import { inputURL, toast, upload, upstreamImage } from "../host.js";
import { t } from "../i18n.js";
import { upstream } from "../links.js";
import { History } from "../store.js";
import { chooseFile, element, offerFile } from "../ui.js";
import { View } from "../view.js";
import { Classes, nearest } from "./classes.js";
import { keyed } from "./keys.js";
import { Layer } from "./layer.js";
import { added, checked, EMPTY, joined, lineColour, LONGEST_SIDE, read, resized, simpler, WIDEST } from "./model.js";
import { marks } from "./marks.js";
import { Pen } from "./pen.js";
import { Reference } from "./reference.js";
import { colourAt, picture, show } from "./scene.js";
import { Toolbar } from "./toolbar.js";

/** @typedef {import("./model.js").Value} Value */
/** @typedef {import("./model.js").Sample} Sample */
/** @typedef {import("../view.js").Point} Point */

const REACH = 10; // CSS pixels from a corner that still close an outline
const HEAVY = 100; // KB: ComfyUI keeps fifty copies of a workflow for its undo

/** What the hand held last, for every editor. */
const HAND = {
  tool: /** @type {import("./pen.js").Hand["tool"]} */ ("brush"),
  width: 6,
  smoothing: 2,
  colour: "#e0502a",
  segment: "#06e6e6",
  palette: /** @type {import("./classes.js").Palette} */ ("ADE20K"),
  strength: 0.5,
};

export class SketchEditor {
  /** @param {import("../host.js").Seat} seat */
  constructor(seat) {
    this.seat = seat;
    this.hand = HAND;
    this.history = new History(EMPTY);
    this.layer = new Layer();
    this.reference = new Reference(() => this.#referred());
    this.pen = new Pen(() => ({ ...this.hand, colour: this.ink }), (stroke) => this.change(added(this.value, stroke)));
    /** @type {Point | null} */ this.pointer = null;
    /** @type {string | null} */ this.sent = null; // where the last run put its background
    this.frame = new Frame({
      label: t("Drawing"),
      history: this.history,
      onStep: () => this.#changed(),
      onKey: (event) => keyed(this, event),
      onCopy: () => JSON.stringify(this.value),
      onPaste: (text) => this.#paste(text),
      onFile: (file) => this.#background(file),
    });
    this.root = this.frame.root;
    this.toolbar = new Toolbar(this);
    this.classes = new Classes({ choose: (colour) => this.take(colour), turn: (palette) => this.#turn(palette) });
    const beside = element("div", { class: "armature-beside" });
    this.frame.stage.replaceWith(beside);
    beside.append(this.frame.stage, this.classes.root);
    this.view = new View(this.frame, {
      size: () => this.value.size,
      draw: (context, view) => this.#draw(context, view),
      down: (at, event) => this.#down(at, event),
      move: (points, event) => this.#move(points, event),
      up: () => this.#up(),
      retract: () => this.pen.retract(),
      hover: (at) => this.#hover(at),
    });
    this.refresh();
  }

  /** @returns {Value} */
  get value() {
    return this.history.value;
  }

  /** The colour of the next stroke, as a stroke keeps it. */
  get ink() {
    return { scribble: "", colour: this.hand.colour, segments: this.hand.segment }[this.value.mode];
  }

  /** @param {any} value */
  load(value) {
    this.history.reset(checked(value));
    this.pen.cancel();
    if (value.palette in { ADE20K: 0, COCO: 0 }) this.hand.palette = value.palette;
    this.view.fit();
    this.look();
    this.refresh();
  }

  /** One step. @param {Value} value @param {string} [key]  as History.push has it */
  change(value, key) {
    this.history.push(value, key);
    this.#changed();
  }

  /** Takes another tool. @param {import("./pen.js").Hand["tool"]} tool */
  hold(tool) {
    if (tool !== this.hand.tool) this.pen.cancel();
    this.hand.tool = tool;
    this.refresh();
  }

  /** Takes a brush of another size. @param {number} width */
  brush(width) {
    this.hand.width = Math.min(WIDEST, Math.max(1, Math.round(width)));
    this.refresh();
  }

  /** Takes a colour, or a class by its colour. @param {string} colour */
  take(colour) {
    if (this.value.mode === "segments") this.hand.segment = nearest(this.hand.palette, colour)[1];
    else this.hand.colour = colour;
    if (this.hand.tool === "eraser") this.hand.tool = "brush";
    this.refresh();
  }

  /** @param {number} smoothing */
  smooth(smoothing) {
    this.hand.smoothing = smoothing;
  }

  /** Sets how much of the background image is seen. @param {number} strength */
  dim(strength) {
    this.hand.strength = strength;
    this.view.request();
  }

  /** Fills the ground with the colour at hand; that of scribbles changes between black and white. */
  fillGround() {
    this.change({ ...this.value, bg: this.ink || lineColour(this.value.bg) });
  }

  /** @param {[number, number]} size */
  resize(size) {
    const within = size.map((side) => Math.min(LONGEST_SIDE, Math.max(1, Math.round(side))));
    this.change(resized(this.value, /** @type {[number, number]} */ (within)));
    this.view.fit();
  }

  /** Leaves out what makes the lines finer than anybody sees. */
  simplify() {
    this.change(simpler(this.value));
  }

  async save() {
    const blob = await picture(this);
    if (blob) offerFile("sketch.png", blob);
  }

  async chooseBackground() {
    const file = await chooseFile("image/*");
    if (file) await this.#background(file);
  }

  /** Looks which image lies under the drawing: a linked one, or else the file. */
  look() {
    const { node } = this.seat;
    const linked = upstream(node, "background");
    const url = linked ? (upstreamImage(node, "background") ?? this.sent) : this.value.ref && inputURL(this.value.ref);
    this.reference.show(url ?? "");
  }

  /** After a run, which knows the background even where the browser does not. @param {string | null} url */
  ran(url) {
    this.sent = url;
    this.look();
  }

  /** Shows the value and what the hand holds. */
  refresh() {
    const { value, hand } = this;
    this.classes.root.hidden = value.mode !== "segments";
    if (value.mode === "segments") this.classes.show(hand.palette, hand.segment, this.#colours());
    this.toolbar.refresh();
    this.frame.refresh();
    this.view.request();
    this.tell();
  }

  /** Says what the hand holds, where it is, and how much is drawn. */
  tell() {
    const { value, hand, pointer } = this;
    const kilobytes = Math.ceil(JSON.stringify(value).length / 1000);
    const what = value.mode === "segments" ? nearest(hand.palette, hand.segment)[0].split(",")[0] : "";
    const held = hand.tool === "brush" || hand.tool === "eraser" ? t("{0} px", hand.width) : "";
    const at = pointer ? `${Math.floor(pointer.x)}, ${Math.floor(pointer.y)}` : "";
    this.frame.say([what, held, at, t("{0} stroke, {1} KB | {0} strokes, {1} KB", value.s.length, kilobytes)].filter(Boolean).join("  ·  "));
    const heavy = kilobytes > HEAVY ? t("{0} KB make the workflow slow. More > Simplify the lines makes it smaller.", kilobytes) : "";
    this.frame.warn(this.reference.missing && value.ref ? t("The background image is not there.") : heavy);
  }

  /** Sets the pen down at a place without a pointer, and lifts it. @param {Point} at @param {boolean} straight */
  dot(at, straight) {
    if (this.pen.down([at.x, at.y, 1], { straight, reach: 0.5 })) this.pen.up();
    this.refresh();
  }

  /** @param {CanvasRenderingContext2D} context @param {View} view */
  #draw(context, view) {
    const { value, layer, pen, reference, hand, pointer } = this;
    show(context, { value, layer, stroke: pen.stroke, image: reference.image, strength: hand.strength });
    const ring = hand.tool === "brush" || hand.tool === "eraser" ? hand.width / 2 : 0;
    marks(context, { pixel: view.pixel, size: value.size, corners: pen.corners, pointer, ring, fill: this.ink || lineColour(value.bg) });
  }

  /** @param {Point} at @param {PointerEvent} event */
  #down(at, event) {
    if (event.altKey) {
      this.take(colourAt({ value: this.value, layer: new Layer(), image: this.reference.image }, at));
      return false;
    }
    this.pointer = at;
    const drags = this.pen.down(this.#sample(at, event), { straight: event.shiftKey, reach: REACH * this.view.pixel });
    this.refresh();
    return drags;
  }

  /** @param {Point[]} points @param {PointerEvent} event */
  #move(points, event) {
    this.pen.move(points.map((at) => this.#sample(at, event)));
    this.pointer = points[points.length - 1];
    this.view.request();
  }

  #up() {
    this.pen.up();
    this.view.request();
  }

  /** @param {Point | null} at */
  #hover(at) {
    this.pointer = at;
    this.tell();
    this.view.request();
  }

  /** A pen's pressure counts, a mouse has none. @param {Point} at @param {PointerEvent} event @returns {Sample} */
  #sample({ x, y, pressure }, { pointerType }) {
    const [width, height] = this.value.size;
    const near = (/** @type {number} */ one, /** @type {number} */ side) => Math.min(2 * side, Math.max(-side, one));
    return [near(x, width), near(y, height), pointerType === "pen" ? pressure : 1];
  }

  #changed() {
    this.seat.commit();
    this.look();
    this.refresh();
  }

  /** The colours of the strokes that can be seen as classes. */
  #colours() {
    return this.value.s.map((text) => read(text).colour).filter(Boolean);
  }

  /** @param {import("./classes.js").Palette} palette */
  #turn(palette) {
    this.hand.palette = palette;
    this.change({ ...this.value, palette });
  }

  /** @param {string} text */
  #paste(text) {
    try {
      this.change(joined(this.value, checked(JSON.parse(text))));
    } catch {
      toast("warn", t("This is no drawing."));
    }
    return true;
  }

  /** @param {File} file */
  async #background(file) {
    try {
      this.change({ ...this.value, ref: await upload(file) });
    } catch (error) {
      toast("error", this.seat.node.title, String(error));
    }
  }

  /** An empty canvas takes the size of its background. */
  #referred() {
    const { image } = this.reference;
    if (image && !this.value.s.length) {
      const size = [image.naturalWidth, image.naturalHeight];
      if (Math.max(...size) <= LONGEST_SIDE && size.join() !== this.value.size.join()) {
        this.resize(/** @type {[number, number]} */ (size));
      }
    }
    this.refresh();
  }
}
