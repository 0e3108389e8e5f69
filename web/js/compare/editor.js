// @ts-check
/** Shows source, control map and result over each other. */

import { Frame } from "../frame.js";
import { magnification, viewURL } from "../host.js";
import { t } from "../i18n.js";
import { button, colours, element, group, press, select, slider } from "../ui.js";
import { View } from "../view.js";
import { MODES, WHOLE, byRole, countOf, fitted, imageAt, pairOf, read } from "./model.js";

const EMPTY = byRole([]);
const BLANK = { width: 512, height: 512 };
const KNOB = 9; // CSS pixels

export class CompareView {
  /** @param {import("../host.js").Seat} seat */
  constructor(seat) {
    this.seat = seat;
    this.value = WHOLE;
    this.images = EMPTY;
    this.index = 0;
    this.flipped = false;
    /** @type {Map<object, HTMLImageElement>} */ this.pictures = new Map();
    this.frame = new Frame({ label: t("Comparison"), onKey: (event) => this.#key(event) });
    this.root = this.frame.root;
    this.controls = this.#controls();
    this.#tools();
    this.view = new View(this.frame, {
      size: () => this.#size(),
      draw: (context) => this.#draw(context),
      down: (at) => this.#down(at),
      move: (points) => this.#drag(points[points.length - 1]),
      up: () => this.#up(),
    });
    this.refresh();
  }

  /** @param {any} value */
  load(value) {
    this.value = read(value);
    this.refresh();
  }

  /** Shows what a run sent. @param {import("./model.js").Record[]} records */
  show(records) {
    this.images = byRole(records);
    this.index = Math.min(this.index, countOf(this.images) - 1);
    this.pictures = new Map(records.map((record) => [record, this.#picture(record)]));
    this.refresh();
  }

  refresh() {
    const { mode, mix } = this.value;
    const { modes, first, second, mixer, place, batch } = this.controls;
    const count = countOf(this.images);
    MODES.forEach((one) => press(modes[one], one === mode));
    [first.value, second.value] = this.pair;
    mixer.hidden = mode !== "mix";
    mixer.value = String(mix);
    batch.hidden = count < 2;
    place.textContent = `${this.index + 1} / ${count}`;
    this.#tell();
    if (this.view.fitted) this.view.fit();
    this.view.request();
  }

  /** The roles of the two that are seen. */
  get pair() {
    return pairOf(this.value, this.images);
  }

  #controls() {
    const names = {
      split: t("Split: a slider between the two"),
      flip: t("One of the two; hold to see the other"),
      mix: t("Both mixed"),
    };
    const icons = /** @type {const} */ ({ split: "split", flip: "image", mix: "layers" });
    const mode = (/** @type {import("./model.js").Mode} */ one) =>
      button({ icon: icons[one], title: names[one], pressed: false, onclick: () => this.#set({ mode: one }) });
    /** @type {[string, string][]} */
    const choices = [["source", t("Source")], ["map", t("Map")], ["result", t("Result")]];
    const role = (/** @type {"a" | "b"} */ side, /** @type {string} */ title) =>
      select({ title, choices, value: WHOLE[side], onchange: (chosen) => this.#set({ [side]: chosen }) });
    const mixed = (/** @type {number} */ mix) => this.#set({ mix });
    const place = element("span", { class: "armature-count" });
    const step = (/** @type {string} */ text, /** @type {string} */ title, /** @type {number} */ way) =>
      button({ text, title, onclick: () => this.#step(way) });
    return {
      modes: { split: mode("split"), flip: mode("flip"), mix: mode("mix") },
      first: role("a", t("The image to the left")),
      second: role("b", t("The image to the right")),
      mixer: slider({ title: t("How much of the second"), min: 0, max: 1, step: 0.01, value: 0.5, oninput: mixed }),
      place,
      batch: group(t("Batch"), step("‹", t("Previous image"), -1), place, step("›", t("Next image"), 1)),
    };
  }

  #tools() {
    const { modes, first, second, mixer, batch } = this.controls;
    const fit = button({ icon: "fit", title: t("Show the whole image"), onclick: () => this.view.fit() });
    const pixels = t("One pixel of the image for one of the screen");
    const exact = button({ text: "1:1", title: pixels, onclick: () => this.#exact() });
    const shown = group(t("Compare"), ...Object.values(modes));
    this.frame.tools(shown, first, second, mixer, group(t("Zoom"), fit, exact), batch);
  }

  /** @param {import("./model.js").Role} role @returns {HTMLImageElement | null} once it has arrived */
  #shown(role) {
    const record = imageAt(this.images, role, this.index);
    const picture = record && this.pictures.get(record);
    return picture?.naturalWidth ? picture : null;
  }

  /** @param {import("./model.js").Record} record */
  #picture(record) {
    const picture = new Image();
    picture.onload = () => this.refresh();
    picture.src = `${viewURL(record)}&run=${Date.now()}`; // names begin again when the server does
    return picture;
  }

  /** Of the frame that both are fitted into: the second's. @returns {[number, number]} */
  #size() {
    const [a, b] = this.pair;
    const picture = this.#shown(b) ?? this.#shown(a);
    return picture ? [picture.naturalWidth, picture.naturalHeight] : [BLANK.width, BLANK.height];
  }

  /** @param {CanvasRenderingContext2D} context */
  #draw(context) {
    const { mode, split, mix } = this.value;
    const [a, b] = this.pair;
    const [width] = this.#size();
    context.imageSmoothingEnabled = this.view.scale * magnification() < 1;
    if (mode === "split") {
      this.#image(context, b, [split * width, width]);
      this.#image(context, a, [0, split * width]);
      if (this.#shown(a) || this.#shown(b)) this.#slider(context);
    } else if (mode === "flip") this.#image(context, this.flipped ? a : b, [0, width]);
    else {
      this.#image(context, a, [0, width]);
      context.globalAlpha = mix;
      this.#image(context, b, [0, width]);
      context.globalAlpha = 1;
    }
  }

  /**
   * An image in the frame, from one place across to another.
   * @param {CanvasRenderingContext2D} context
   * @param {import("./model.js").Role} role
   * @param {[number, number]} between
   */
  #image(context, role, [from, to]) {
    const picture = this.#shown(role);
    if (!picture) return;
    const [width, height] = this.#size();
    const box = fitted({ width: picture.naturalWidth, height: picture.naturalHeight }, { width, height });
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, height);
    context.clip();
    context.drawImage(picture, box.x, box.y, box.width, box.height);
    context.restore();
  }

  /** @param {CanvasRenderingContext2D} context */
  #slider(context) {
    const [width, height] = this.#size();
    const { pixel } = this.view;
    const x = this.value.split * width;
    context.fillStyle = "#fff";
    context.strokeStyle = colours(this.root).accent;
    context.shadowColor = "#000a";
    context.shadowBlur = 4;
    context.fillRect(x - pixel, 0, 2 * pixel, height);
    context.lineWidth = 2 * pixel;
    context.beginPath();
    context.arc(x, height / 2, KNOB * pixel, 0, 2 * Math.PI);
    context.fill();
    context.shadowBlur = 0;
    context.stroke();
  }

  /** @param {import("../view.js").Point} at */
  #down(at) {
    if (this.value.mode === "flip") this.#flip(true);
    else this.#drag(at);
    return true;
  }

  /** @param {import("../view.js").Point} at */
  #drag({ x }) {
    const share = Math.min(Math.max(x / this.#size()[0], 0), 1);
    if (this.value.mode !== "flip") this.#draft({ [this.value.mode]: share });
  }

  #up() {
    this.#flip(false);
    this.seat.commit();
  }

  /** @param {boolean} flipped */
  #flip(flipped) {
    this.flipped = flipped;
    this.#tell();
    this.view.request();
  }

  /** @param {KeyboardEvent} event */
  #key({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey) return false;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const { mode } = this.value;
    if (way && mode !== "flip") {
      const share = this.value[mode] + way * (shiftKey ? 0.1 : 0.01);
      this.#set({ [mode]: Math.min(Math.max(share, 0), 1) });
    } else if (way) this.#flip(way < 0);
    else if (key === "PageUp") this.#step(-1);
    else if (key === "PageDown") this.#step(1);
    else return false;
    return true;
  }

  /** @param {number} way */
  #step(way) {
    const count = countOf(this.images);
    this.index = (this.index + way + count) % count;
    this.refresh();
  }

  #exact() {
    const screen = this.frame.expanded ? window.devicePixelRatio : magnification();
    this.view.zoom(1 / screen / this.view.scale);
  }

  /** @param {Partial<import("./model.js").View>} change */
  #set(change) {
    this.#draft(change);
    this.seat.commit();
  }

  /** @param {Partial<import("./model.js").View>} change */
  #draft(change) {
    this.value = { ...this.value, ...change };
    this.refresh();
  }

  #tell() {
    const title = { source: t("Source"), map: t("Map"), result: t("Result") };
    const [a, b] = this.pair;
    const { mode, mix, split } = this.value;
    if (!countOf(this.images)) this.frame.say(t("Run the workflow to compare"));
    else if (mode === "flip") this.frame.say(title[this.flipped ? a : b]);
    else if (mode === "mix") this.frame.say(t("{0} with {1} % of {2}", title[a], Math.round(mix * 100), title[b]));
    else this.frame.say(t("{0} to {1} %, then {2}", title[a], Math.round(split * 100), title[b]));
  }
}
