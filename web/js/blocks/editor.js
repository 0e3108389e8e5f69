// @ts-check
/** Draws the weights of the blocks that a control acts in. */

import { Frame } from "../frame.js";
import { followGraph } from "../host.js";
import { t } from "../i18n.js";
import { upstream } from "../links.js";
import { History } from "../store.js";
import { button, element, group, menu, press, select } from "../ui.js";
import { View } from "../view.js";
import { areaOf, chart, columnAt, short, weightAt } from "./chart.js";
import { controlAfter, layoutOf } from "./control.js";
import {
  UNTOUCHED, barsOf, carried, fromText, mirrored, painted, placesOf, read, rounded, toText, weightsOf,
} from "./model.js";

const SNAP = 0.05;
const FINE = 0.01;

export class BarsEditor {
  /** @param {import("../host.js").Seat} seat */
  constructor(seat) {
    this.seat = seat;
    /** @type {import("./model.js").Layout[]} */ this.layouts = seat.options.layouts ?? [];
    /** @type {import("./model.js").Layout | null} */ this.connected = null;
    this.history = new History(UNTOUCHED);
    this.selected = -1;
    this.doubled = false;
    this.held = 0;
    this.frame = new Frame({
      label: t("Weights of the blocks"),
      history: this.history,
      onStep: () => this.#stepped(),
      onKey: (event) => this.#key(event),
      onWheel: (event) => this.#wheel(event),
      onCopy: () => toText(this.weights),
      onPaste: (text) => this.#take(text),
    });
    this.root = this.frame.root;
    this.text = this.frame.line(t("The weights as text, like 1, .8, 0.6"), (text) => this.#take(text));
    this.chooser = element("span");
    this.range = button({
      text: "0–2",
      title: t("Let bars reach weights above 1"),
      pressed: false,
      onclick: () => this.#turn(),
    });
    this.fit = button({
      icon: "check",
      text: t("Fit"),
      title: t("Carry the weights over to the blocks of the connected control"),
      onclick: () => this.#choose(/** @type {import("./model.js").Layout} */ (this.connected).arch),
    });
    this.#tools();
    this.view = new View(this.frame, {
      size: () => this.frame.room,
      draw: (context) => this.#draw(context),
      down: (at, event) => this.#down(at, event),
      move: (points, event) => points.forEach((at) => this.#paint(at, event)),
      up: () => this.#up(),
      hover: (at) => this.#hover(at),
    });
    followGraph(this.root, () => this.refresh());
    this.refresh();
  }

  /** @returns {import("./model.js").Bars} */
  get value() {
    return this.history.value;
  }

  /** The arrangement that is drawn: that of the value, else of the connected control, else the usual one. */
  get arch() {
    return this.value.arch || (this.connected ?? this.layouts[0])?.arch || "";
  }

  get places() {
    return placesOf(this.arch);
  }

  get weights() {
    return weightsOf(this.value, this.places.length);
  }

  /** The weight at the top of the stage. */
  get highest() {
    if (this.held) return this.held;
    const peak = Math.max(...this.weights, this.doubled ? 2 : 1);
    return [1, 2, 5, 10].find((top) => top >= peak) ?? peak;
  }

  /** @param {any} value */
  load(value) {
    this.history.reset(read(value));
    this.selected = -1;
    this.refresh();
  }

  /** Shows the value, and the blocks of the control that is connected now. */
  refresh() {
    this.frame.refresh();
    this.#show();
    this.#ask();
  }

  /** Asks the server which blocks the connected control has, and shows them when it answers. */
  async #ask() {
    const name = controlAfter(this.seat.node);
    const found = name === null ? null : await layoutOf(name, this.layouts);
    if (found?.arch === this.connected?.arch) return;
    this.connected = found;
    this.#show();
  }

  #show() {
    if (document.activeElement !== this.text) this.text.value = toText(this.weights);
    press(this.range, this.highest > 1);
    const other = this.connected && this.connected.arch !== this.arch;
    this.fit.hidden = !other;
    this.frame.warn(other ? t("The connected control has other blocks: {0}", this.connected?.arch ?? "") : "");
    this.#fillChooser();
    this.#tell();
    this.view.request();
  }

  #fillChooser() {
    const { arch, connected, layouts } = this;
    const all = connected && !layouts.some((one) => one.arch === connected.arch) ? [connected, ...layouts] : layouts;
    const stranger = all.some((one) => one.arch === arch) ? [] : [{ title: arch, arch }];
    const key = JSON.stringify([arch, connected?.arch]);
    if (this.chooser.dataset.shows === key) return;
    this.chooser.dataset.shows = key;
    /** @type {[string, string][]} */
    const choices = [...stranger, ...all].map((one) => [
      one.arch,
      one.arch === connected?.arch ? t("{0} (connected)", one.title) : one.title,
    ]);
    const title = t("The control model that the weights are for");
    this.chooser.replaceChildren(select({ title, choices, value: arch, onchange: (chosen) => this.#choose(chosen) }));
  }

  #tools() {
    const items = () =>
      Object.entries(this.#presets()).map(([name, weights]) => ({ text: name, onclick: () => this.#set(weights) }));
    const presets = menu({ icon: "bars", text: t("Presets"), title: t("The lists that Block Weights has"), items });
    const mirror = button({
      icon: "mirror",
      title: t("Mirror: deep for shallow"),
      onclick: () => this.#set(mirrored(this.weights)),
    });
    this.frame.tools(this.chooser, this.fit, presets, group(t("Bars"), mirror, this.range));
  }

  /** @returns {Record<string, number[]>} */
  #presets() {
    const layout = [...this.layouts, this.connected].find((one) => one?.arch === this.arch);
    return layout?.presets ?? {};
  }

  get #area() {
    return areaOf(this.frame.room, this.places);
  }

  /** @param {CanvasRenderingContext2D} context */
  #draw(context) {
    const { places, weights, highest, selected } = this;
    const dimmed = !!upstream(this.seat.node, "numbers");
    if (places.length) chart(context, this.#area, { places, weights, highest, selected, dimmed });
  }

  /** @param {import("../view.js").Point} at @param {PointerEvent} event */
  #down(at, event) {
    this.history.seal();
    this.held = this.highest; // bars that are drawn do not change their scale
    /** @type {[number, number]} */ this.last = this.#target(at, event);
    this.#draft(painted(this.weights, this.last, this.last), this.last[0], "drag");
    return true;
  }

  /** @param {import("../view.js").Point} at @param {PointerEvent} event */
  #paint(at, event) {
    const next = this.#target(at, event);
    this.#draft(painted(this.weights, this.last ?? next, next), next[0], "drag");
    this.last = next;
  }

  #up() {
    this.held = 0;
    this.#show();
    this.seat.commit();
  }

  /** @param {import("../view.js").Point} at @param {PointerEvent} event @returns {[number, number]} */
  #target({ x, y }, { shiftKey }) {
    const [weight, step] = [weightAt(this.#area, y, this.highest), shiftKey ? SNAP : FINE];
    return [columnAt(this.#area, x), rounded(Math.round(weight / step) * step)];
  }

  /** @param {import("../view.js").Point | null} at */
  #hover(at) {
    const column = at ? columnAt(this.#area, at.x) : this.selected;
    if (column === this.selected) return;
    this.selected = column;
    this.#tell();
    this.view.request();
  }

  /** @param {WheelEvent} event */
  #wheel({ deltaY, ctrlKey }) {
    if (ctrlKey || this.selected < 0) return false;
    return this.#raise(-SNAP * Math.sign(deltaY), "wheel");
  }

  /** @param {KeyboardEvent} event */
  #key({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey) return false;
    const last = this.places.length - 1;
    const goal = { ArrowLeft: this.selected - 1, ArrowRight: this.selected + 1, Home: 0, End: last }[key];
    if (goal !== undefined) return this.#select(Math.min(Math.max(goal, 0), last));
    if (key === "Tab") {
      const next = this.selected + (shiftKey ? -1 : 1);
      return next >= 0 && next <= last && this.#select(next);
    }
    const far = shiftKey ? 10 : 1;
    if (key === "ArrowUp") return this.#raise(FINE * far, "nudge");
    if (key === "ArrowDown") return this.#raise(-FINE * far, "nudge");
    if (key === "Delete" || key === "Backspace") return this.#put(0, "");
    return false;
  }

  /** @param {number} column @returns {true} */
  #select(column) {
    this.selected = column;
    this.#tell();
    this.view.request();
    return true;
  }

  /** @param {number} by @param {string} key */
  #raise(by, key) {
    const limit = Math.max(this.highest, 2);
    return this.#put(Math.min(Math.max((this.weights[this.selected] ?? 1) + by, 0), limit), key);
  }

  /** @param {number} weight @param {string} key */
  #put(weight, key) {
    if (this.selected < 0) return false;
    return this.#set(this.weights.with(this.selected, weight), this.selected, key);
  }

  #turn() {
    this.doubled = this.highest === 1;
    this.#show();
  }

  /** @param {string} arch */
  #choose(arch) {
    const weights = carried(this.weights, this.arch, arch);
    this.history.push(barsOf(arch, weights));
    this.#stepped();
  }

  /** @param {string} text */
  #take(text) {
    let found;
    try {
      found = fromText(text, this.places.length);
    } catch {
      this.frame.warn(t("Write {0} weights, like 1, .8, 0.6", this.places.length));
      return true;
    }
    return this.#set(found);
  }

  /**
   * A step that can be undone.
   * @param {number[]} weights
   * @param {number} [selected]
   * @param {string} [key]
   * @returns {true}
   */
  #set(weights, selected = -1, key = "") {
    this.#draft(weights, selected, key);
    this.seat.commit();
    return true;
  }

  /** The same while it is being drawn. @param {number[]} weights @param {number} selected @param {string} key */
  #draft(weights, selected, key) {
    this.history.push(barsOf(this.arch, weights), key);
    this.selected = selected;
    this.frame.refresh();
    this.#show();
  }

  #stepped() {
    if (this.selected >= this.places.length) this.selected = -1;
    this.refresh();
    this.seat.commit();
  }

  #tell() {
    const place = this.places[this.selected];
    if (upstream(this.seat.node, "numbers")) this.frame.say(t("The connected numbers take the place of the bars"));
    else if (place) {
      const name = place.kind === "middle" ? place.kind : `${place.kind} ${place.number}`;
      this.frame.say(t("{0}: {1}", name, short(this.weights[this.selected])));
    } else this.frame.say(t("{0} blocks; drag across to paint", this.places.length));
  }
}
