// @ts-check
/** Draws the strength over a run. */

import { Frame } from "../frame.js";
import { followGraph, setValueOf } from "../host.js";
import { t } from "../i18n.js";
import { upstream, valueOf } from "../links.js";
import { History } from "../store.js";
import { button, group, menu, press } from "../ui.js";
import { View } from "../view.js";
import { CONSTANT, PRESETS, fromText, moved, read, snapped, toText, withPoint, without } from "./model.js";
import { areaOf, plot, short, toCurve, toPicture } from "./plot.js";
import { stepsAfter } from "./run.js";

const REACH = 12; // CSS pixels from a point that still grasp it
const USUAL_STEPS = 20;

export class CurveEditor {
  /** @param {import("../host.js").Seat} seat */
  constructor(seat) {
    this.seat = seat;
    this.history = new History(CONSTANT);
    this.selected = -1;
    this.snaps = false;
    /** @type {import("./model.js").Point | null} */ this.pointer = null;
    this.frame = new Frame({
      label: t("Strength over the run"),
      history: this.history,
      onStep: () => this.#stepped(),
      onKey: (event) => this.#key(event),
      onWheel: (event) => this.#wheel(event),
      onCopy: () => toText(this.value, this.strength),
      onPaste: (text) => this.#take(text),
    });
    this.root = this.frame.root;
    this.text = this.frame.line(t("The curve as text, like 0:1, 0.5:0.8"), (text) => this.#take(text));
    this.smooth = button({
      text: t("Smooth"),
      title: t("Bend the curve smoothly through its points"),
      pressed: false,
      onclick: () => this.#turn(),
    });
    this.snap = button({
      text: t("Snap"),
      title: t("Snap points to the steps of the run (or hold Shift)"),
      pressed: false,
      onclick: () => press(this.snap, (this.snaps = !this.snaps)),
    });
    this.#tools();
    this.view = new View(this.frame, {
      size: () => this.frame.room,
      draw: (context) => this.#draw(context),
      down: (at, event) => this.#down(at, event),
      move: (points, event) => this.#drag(points[points.length - 1], event),
      up: () => seat.commit(),
      hover: (at) => this.#hover(at),
    });
    followGraph(this.root, () => this.refresh());
    this.refresh();
  }

  /** @returns {import("./model.js").Curve} */
  get value() {
    return this.history.value;
  }

  /** What the top stands for. */
  get strength() {
    return Number(valueOf(this.seat.node, "strength") ?? 1);
  }

  /** Steps of the run; 0 where places are no steps. */
  get steps() {
    const basis = valueOf(this.seat.node, "basis") ?? "steps";
    return basis === "steps" ? (stepsAfter(this.seat.node) ?? USUAL_STEPS) : 0;
  }

  /** @param {any} value */
  load(value) {
    this.history.reset(read(value));
    this.selected = -1;
    this.refresh();
  }

  /** Shows the value, and what the graph says of the run. */
  refresh() {
    this.frame.refresh();
    if (document.activeElement !== this.text) this.text.value = toText(this.value, this.strength);
    press(this.smooth, this.value.interpolation === "monotone_cubic");
    this.#tell();
    this.view.request();
  }

  #tools() {
    /** @type {[string, import("./model.js").Curve][]} */
    const shapes = [
      [t("Constant"), PRESETS.constant],
      [t("Ease in"), PRESETS.easeIn],
      [t("Ease out"), PRESETS.easeOut],
      [t("Start window"), PRESETS.startWindow],
      [t("End window"), PRESETS.endWindow],
      [t("Soft"), PRESETS.soft],
    ];
    const items = () => shapes.map(([text, shape]) => ({ text, onclick: () => this.#set(shape) }));
    const title = t("Delete the selected point (Delete)");
    const remove = button({ icon: "trash", title, onclick: () => this.#delete() });
    const presets = menu({ icon: "curve", text: t("Presets"), title: t("Start from a shape"), items });
    this.frame.tools(presets, group(t("Points"), this.smooth, this.snap, remove));
  }

  /** @param {CanvasRenderingContext2D} context */
  #draw(context) {
    const { value: curve, strength, steps, selected, pointer } = this;
    plot(context, areaOf(this.frame.room), { curve, strength, steps, selected, pointer });
  }

  /** @param {import("../view.js").Point} at @param {PointerEvent} event */
  #down(at, event) {
    this.history.seal();
    this.pointer = null;
    this.selected = this.#near(at);
    if (this.selected < 0) this.#draft(...withPoint(this.value, this.#place(at, event)), "drag");
    this.refresh();
    return true;
  }

  /** @param {import("../view.js").Point} at @param {PointerEvent} event */
  #drag(at, event) {
    this.#draft(moved(this.value, this.selected, this.#place(at, event)), this.selected, "drag");
  }

  /** @param {import("../view.js").Point | null} at */
  #hover(at) {
    const point = at && toCurve(areaOf(this.frame.room), at.x, at.y);
    this.pointer = point && point[0] >= 0 && point[0] <= 1 ? point : null;
    this.view.canvas.style.cursor = at && this.#near(at) >= 0 ? "grab" : "crosshair";
    this.view.request();
  }

  /** The point under the pointer, -1 without one. @param {import("../view.js").Point} at */
  #near({ x, y }) {
    const area = areaOf(this.frame.room);
    const far = this.value.points.map((point) => {
      const [left, top] = toPicture(area, point);
      return Math.hypot(left - x, top - y);
    });
    const least = Math.min(...far);
    return least <= REACH ? far.indexOf(least) : -1;
  }

  /**
   * @param {import("../view.js").Point} at
   * @param {{ shiftKey: boolean }} event
   * @returns {import("./model.js").Point}
   */
  #place({ x, y }, { shiftKey }) {
    const point = toCurve(areaOf(this.frame.room), x, y);
    return this.snaps !== shiftKey ? snapped(point, this.steps || USUAL_STEPS) : point;
  }

  /** @param {KeyboardEvent} event */
  #key({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    const { points } = this.value;
    if (ctrlKey || metaKey || altKey) return false;
    if (key === "Delete" || key === "Backspace") return this.#delete();
    if (key === "Tab") return this.#next(shiftKey ? -1 : 1);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    if (!way || !points[this.selected]) return false;
    const [x, y] = points[this.selected];
    const far = shiftKey ? 0.1 : 0.01;
    const goal = moved(this.value, this.selected, [x + far * way[0], y + far * way[1]]);
    return this.#set(goal, this.selected, "nudge");
  }

  /** Raises or lowers the selected point. @param {WheelEvent} event */
  #wheel({ deltaY, ctrlKey }) {
    const point = this.value.points[this.selected];
    if (!point || ctrlKey) return false;
    const [x, y] = point;
    return this.#set(moved(this.value, this.selected, [x, y - 0.01 * Math.sign(deltaY)]), this.selected, "wheel");
  }

  /** @param {number} way */
  #next(way) {
    const next = this.selected + way;
    if (!this.value.points[next]) return false; // the focus goes on
    this.selected = next;
    this.refresh();
    return true;
  }

  #delete() {
    if (this.selected >= 0) this.#set(without(this.value, this.selected));
    return true;
  }

  #turn() {
    const interpolation = this.value.interpolation === "linear" ? "monotone_cubic" : "linear";
    this.#set({ ...this.value, interpolation }, this.selected);
  }

  /** @param {string} text */
  #take(text) {
    let found;
    try {
      found = fromText(text, this.strength);
    } catch {
      this.frame.warn(t("Write places from 0 to 1 with strengths of one sign, like 0:1, 0.4:0.6, 1:0"));
      return true;
    }
    if (found.strength !== this.strength) setValueOf(this.seat.node, "strength", found.strength);
    return this.#set(found.curve);
  }

  /**
   * A step that can be undone.
   * @param {import("./model.js").Curve} curve
   * @param {number} [selected]
   * @param {string} [key]
   * @returns {true}
   */
  #set(curve, selected = -1, key = "") {
    this.#draft(curve, selected, key);
    this.seat.commit();
    return true;
  }

  /**
   * The same while it is being drawn.
   * @param {import("./model.js").Curve} curve
   * @param {number} selected
   * @param {string} key
   */
  #draft(curve, selected, key) {
    this.history.push(curve, key);
    this.selected = selected;
    this.frame.warn("");
    this.refresh();
  }

  #stepped() {
    if (this.selected >= this.value.points.length) this.selected = -1;
    this.refresh();
    this.seat.commit();
  }

  #tell() {
    const point = this.value.points[this.selected];
    const { steps, strength } = this;
    if (upstream(this.seat.node, this.seat.name)) this.frame.say(t("The connected curve takes the place of this one"));
    else if (point) {
      const [place, level] = [short(point[0] * 100), short(point[1] * strength)];
      this.frame.say(t("Point {0}: {1} % of the run, strength {2}", this.selected + 1, place, level));
    } else if (steps) this.frame.say(t("{0} step; the dot is what it uses | {0} steps; each dot is what a step uses", steps));
    else this.frame.say(t("Click to add a point, drag to move it"));
  }
}
