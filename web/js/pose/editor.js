// @ts-check
/** People drawn by hand: the view of a scene, and what pointer, keys and buttons do to it. */

import { background } from "../background.js";
import { Frame } from "../frame.js";
import * as host from "../host.js";
import { t } from "../i18n.js";
import { History } from "../store.js";
import * as ui from "../ui.js";
import { View } from "../view.js";
import { inside, limbUnder, moving, pulling, turning } from "./drags.js";
import { drawPeople } from "./drawing.js";
import { withPart, withPerson, withoutPart } from "./figure.js";
import * as model from "./model.js";
import { partName, pointName } from "./names.js";
import { fromOpenPose, toOpenPose } from "./openpose.js";
import { drawOverlay, frameOf, handleUnder } from "./overlay.js";
import { PARTS } from "./skeleton.js";

/** @typedef {import("./model.js").Key} Key */
/** @typedef {import("./model.js").Scene} Scene */

const REACH = 14; // CSS pixels around a point that are the point's
const FAR = 10; // pixels that Shift and an arrow move
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

export class PoseEditor {
  /** @param {import("../host.js").Seat} seat */
  constructor(seat) {
    this.seat = seat;
    this.value = model.EMPTY;
    this.scene = model.parse(this.value);
    this.history = new History(this.scene);
    /** @type {ReadonlySet<Key>} */ this.chosen = new Set();
    /** @type {Key | null} */ this.hover = null;
    /** @type {import("./drags.js").Drag | null} */ this.drag = null;
    /** @type {import("./overlay.js").Box | null} */ this.marquee = null;
    /** @type {any} */ this.received = null; // the keypoints of the last run
    this.opacity = 0.5;
    this.behind = background(() => this.view.request(), (address) => this.lost(address));
    this.frame = new Frame({
      label: t("Pose editor"),
      history: this.history,
      onStep: () => this.show(this.history.value),
      onKey: (event) => this.key(event),
      onCopy: () => this.copied(),
      onCut: () => this.cut(),
      onPaste: (text) => this.paste(text),
      onFile: (file) => this.file(file),
    });
    this.view = new View(this.frame, {
      size: () => this.scene.size,
      draw: (context, view) => this.draw(context, view),
      down: (at, event) => this.down(at, event),
      move: (points, event) => this.move(points[points.length - 1], event),
      up: () => this.up(),
      hover: (at) => this.pointed(at),
    });
    this.root = this.frame.root;
    this.width = this.side(t("Width in pixels"), 0);
    this.height = this.side(t("Height in pixels"), 1);
    this.forChosen = [
      ui.button({ icon: "hide", title: t("Hide or show points (H)"), onclick: () => this.hide() }),
      ui.button({ icon: "trash", title: t("Delete points (Delete)"), onclick: () => this.remove() }),
    ];
    this.buttons();
    this.choose([]);
  }

  /** Shows a workflow's value. @param {any} value */
  load(value) {
    this.scene = model.parse(value);
    this.value = model.format(this.scene);
    this.history.reset(this.scene);
    this.chosen = new Set();
    this.refreshed();
    this.view.fit();
  }

  removed() {
    this.frame.shrink();
  }

  /** A change that can be undone. @param {Scene} scene @param {string} [key] steps of one key become one */
  commit(scene, key) {
    this.history.push(scene, key);
    this.show(scene);
  }

  /** @param {Scene} scene */
  show(scene) {
    const resized = String(scene.size) !== String(this.scene.size);
    this.scene = scene;
    this.value = model.format(scene);
    this.choose([...this.chosen].filter((name) => model.place(scene, name)));
    this.refreshed();
    if (resized) this.view.fit();
    this.seat.commit();
  }

  refreshed() {
    this.frame.refresh();
    this.width.value = String(this.scene.size[0]);
    this.height.value = String(this.scene.size[1]);
    this.lookBehind();
    this.view.request();
  }

  /** @param {Iterable<Key>} names */
  choose(names) {
    this.chosen = new Set(names);
    for (const button of this.forChosen) button.disabled = !this.chosen.size;
    this.tell();
    this.view.request();
  }

  /** The people whose points are chosen, or all. */
  who() {
    return this.chosen.size ? model.owners(this.chosen) : this.scene.people.map((_, index) => index);
  }

  tell() {
    const [only] = this.chosen;
    const { people } = this.scene;
    if (this.chosen.size === 1) this.frame.say(this.described(only));
    else if (this.chosen.size) this.frame.say(t("{0} points chosen", this.chosen.size));
    else this.frame.say(people.length ? t("People: {0}. Drag a point, or a limb for the whole person", people.length) : t("Add a person to begin"));
  }

  /** @param {Key} name */
  described(name) {
    const { part, index } = model.unkey(name);
    const at = model.place(this.scene, name);
    return `${pointName(part, index)} ${at?.x}, ${at?.y}${at?.hidden ? ` (${t("hidden")})` : ""}`;
  }

  // The pointer

  /** @param {import("../view.js").Point} at @param {PointerEvent} event */
  down(at, event) {
    const { pixel } = this.view;
    const frame = frameOf(this.scene, this.chosen, pixel);
    const handle = handleUnder(frame, at, pixel);
    const name = model.nearest(this.scene, at, REACH * pixel);
    const limb = name ? null : limbUnder(this.scene, at, REACH * 0.6 * pixel);
    this.before = this.scene;
    if (frame && handle === "rotate") this.drag = turning(this.scene, this.chosen, at, frame.middle);
    else if (frame && handle) this.drag = pulling(this.scene, this.chosen, at, frame, handle, pixel);
    else if (event.shiftKey && name) this.choose(toggled(this.chosen, name));
    else if (name) this.grab(at, this.chosen.has(name) ? this.chosen : [name], !event.altKey);
    else if (limb !== null) this.grab(at, model.keys(this.scene, limb), false);
    else this.marquee = { left: at.x, top: at.y, right: at.x, bottom: at.y, middle: at };
    if (this.marquee && !event.shiftKey) this.choose([]);
    return !!(this.drag || this.marquee);
  }

  /** @param {{ x: number, y: number }} at @param {Iterable<Key>} names @param {boolean} carry  hands with their wrists */
  grab(at, names, carry) {
    this.choose(names);
    this.drag = moving(this.scene, carry ? model.withCarried(this.scene, names) : new Set(names), at);
  }

  /** @param {import("../view.js").Point} at @param {PointerEvent} event */
  move(at, event) {
    if (this.drag) this.scene = this.drag(at, event);
    else if (this.marquee) {
      const { x, y } = this.marquee.middle;
      const [left, right, top, bottom] = [Math.min(x, at.x), Math.max(x, at.x), Math.min(y, at.y), Math.max(y, at.y)];
      this.marquee = { left, top, right, bottom, middle: { x, y } };
    }
    this.tell();
    this.view.request();
  }

  up() {
    const [scene, moved] = [this.scene, this.scene !== this.before];
    if (this.marquee) this.choose([...this.chosen, ...inside(scene, this.marquee)]);
    this.drag = this.marquee = null;
    if (moved) this.commit(scene);
  }

  /** @param {import("../view.js").Point | null} at */
  pointed(at) {
    const { pixel } = this.view;
    const handle = at && handleUnder(frameOf(this.scene, this.chosen, pixel), at, pixel);
    const name = at && !handle ? model.nearest(this.scene, at, REACH * pixel) : null;
    const limb = at && !handle && !name ? limbUnder(this.scene, at, REACH * 0.6 * pixel) : null;
    this.view.canvas.style.cursor = handle === "rotate" ? "grab" : handle ? "nwse-resize" : name || limb !== null ? "move" : "crosshair";
    if (name === this.hover) return;
    this.hover = name;
    if (name) this.frame.say(this.described(name));
    else this.tell();
    this.view.request();
  }

  // Keys

  /** @param {KeyboardEvent} event @returns {boolean | void} */
  key(event) {
    const held = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key in ARROWS && this.chosen.size) return this.nudge(ARROWS[key], event);
    if (key === "Tab") return this.step(event.shiftKey ? -1 : 1);
    if ((key === "Delete" || key === "Backspace") && this.chosen.size) return this.remove();
    if (key === "Escape" && this.chosen.size) return this.leave();
    if (held && key === "a") return this.done(() => this.choose(model.keys(this.scene)));
    if (held && key === "d") return this.done(() => this.duplicate());
    if (held || event.altKey) return false;
    const plain = /** @type {Record<string, () => void>} */ ({
      h: () => this.hide(),
      m: () => this.mirror(),
      n: () => this.add(),
      f: () => this.view.fit(),
      "+": () => this.view.zoom(1.25),
      "-": () => this.view.zoom(0.8),
    })[key];
    return plain ? this.done(plain) : false;
  }

  /** @param {() => void} act @returns {true} */
  done(act) {
    act();
    return true;
  }

  /** @returns {true} */
  leave() {
    return this.done(() => this.choose([]));
  }

  /** @param {[number, number]} by @param {KeyboardEvent} event @returns {true} */
  nudge([x, y], { shiftKey, altKey }) {
    const far = shiftKey ? FAR : 1;
    const names = altKey ? this.chosen : model.withCarried(this.scene, this.chosen);
    this.commit(model.moved(this.scene, names, x * far, y * far), `nudge ${[...this.chosen]}`);
    return true;
  }

  /** The next point; false after the last, so that Tab leaves the editor. @param {1 | -1} by */
  step(by) {
    const all = model.keys(this.scene);
    const [first] = this.chosen;
    const next = first ? all.indexOf(first) + by : by > 0 ? 0 : all.length - 1;
    this.choose(all[next] ? [all[next]] : []);
    return !!all[next];
  }

  /** @returns {true} */
  remove() {
    const names = this.chosen;
    this.chosen = new Set();
    this.commit(model.removed(this.scene, names));
    return true;
  }

  // Commands

  add() {
    this.commit(withPerson(this.scene));
    this.choose(model.keys(this.scene, this.scene.people.length - 1));
  }

  duplicate() {
    const copies = this.who().map((index) => this.scene.people[index]);
    this.addPeople({ ...this.scene, people: copies }, 24);
  }

  hide() {
    if (this.chosen.size) this.commit(model.hiddenOrShown(this.scene, this.chosen));
  }

  mirror() {
    this.commit(model.mirrored(this.scene, this.who()));
  }

  /** @param {Scene} from @param {number} [aside] pixels that keep copies from lying on their originals */
  addPeople(from, aside = 0) {
    const first = this.scene.people.length;
    const joined = { ...this.scene, people: [...this.scene.people, ...from.people] };
    const fresh = from.people.flatMap((_, index) => model.keys(joined, first + index));
    this.commit(model.moved(joined, fresh, aside, aside));
    this.choose(fresh);
  }

  /** @param {import("./skeleton.js").Part} part */
  togglePart(part) {
    const who = this.who();
    const all = who.every((index) => this.scene.people[index][part].some(Boolean));
    const change = all ? withoutPart : withPart;
    const lacking = who.filter((index) => all || !this.scene.people[index][part].some(Boolean));
    const { size } = this.chosen;
    this.commit(lacking.reduce((scene, index) => change(scene, index, part), this.scene));
    const fresh = lacking.flatMap((index) => model.keys(this.scene, index)).filter((name) => model.unkey(name).part === part);
    if (size) this.choose([...this.chosen, ...fresh]);
  }

  togglePeople() {
    const who = this.who();
    const on = !who.every((index) => this.scene.people[index].on);
    this.commit({ ...this.scene, people: this.scene.people.map((one, index) => (who.includes(index) ? { ...one, on } : one)) });
  }

  /** @param {number} axis @param {number} side */
  resize(axis, side) {
    const size = /** @type {[number, number]} */ (this.scene.size.map((old, index) => (index === axis ? side : old)));
    this.commit(model.resized(this.scene, size, false));
  }

  // OpenPose's JSON

  copied() {
    const people = this.who().map((index) => this.scene.people[index]);
    return people.length ? JSON.stringify(toOpenPose({ ...this.scene, people })) : null;
  }

  cut() {
    const text = this.chosen.size ? this.copied() : null;
    if (text) this.commit(model.removed(this.scene, this.who().flatMap((index) => model.keys(this.scene, index))));
    return text;
  }

  /** @param {string} text */
  paste(text) {
    this.read(() => this.addPeople(fromOpenPose(text, this.scene.size), this.chosen.size ? 24 : 0));
  }

  /** Takes the people of a file or of a run, and its canvas. @param {any} frame */
  take(frame) {
    this.read(() => {
      const { size, people } = fromOpenPose(frame, this.scene.size);
      this.commit({ ...this.scene, size, people });
    });
  }

  /** @param {() => void} act */
  read(act) {
    try {
      act();
      this.frame.warn("");
    } catch (error) {
      this.frame.warn(error instanceof Error ? error.message : String(error));
    }
  }

  /** An image goes behind the people, anything else is read as OpenPose's JSON. @param {File} file */
  async file(file) {
    if (!file.type.startsWith("image/")) return this.take(await file.text());
    try {
      this.commit({ ...this.scene, ref: await host.upload(file) });
    } catch (error) {
      this.frame.warn(error instanceof Error ? error.message : String(error));
    }
  }

  save() {
    const json = JSON.stringify(toOpenPose(this.scene));
    ui.offerFile("pose.json", new Blob([json], { type: "application/json" }));
  }

  // What lies behind

  lookBehind() {
    const { ref } = this.scene;
    this.behind.show(host.upstreamImage(this.seat.node, "image") ?? this.sent ?? (ref ? host.inputURL(ref) : null));
  }

  /** @param {string} address */
  lost(address) {
    if (this.scene.ref && address === host.inputURL(this.scene.ref)) this.frame.warn(t("The background image is missing: {0}", this.scene.ref));
  }

  canvasOfImage() {
    const { image } = this.behind;
    if (image) this.commit(model.resized(this.scene, [image.naturalWidth, image.naturalHeight], true));
  }

  /** What a run of the node gave. @param {Record<string, any>} output */
  executed({ armature_source, armature_pose }) {
    this.received = armature_pose?.[0] ?? null;
    this.sent = armature_source?.[0] ? host.viewURL(armature_source[0]) : null;
    this.lookBehind();
  }

  /** @param {CanvasRenderingContext2D} context @param {View} view */
  draw(context, view) {
    const [width, height] = this.scene.size;
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    if (this.behind.image) {
      context.globalAlpha = this.opacity;
      context.drawImage(this.behind.image, 0, 0, width, height);
      context.globalAlpha = 1;
    }
    drawPeople(context, this.scene, { feet: true });
    const { accent, line } = ui.colours(this.root);
    const { chosen, hover, marquee } = this;
    drawOverlay(context, this.scene, { chosen, hover, marquee, pixel: view.pixel, accent, line });
  }

  // The toolbar

  buttons() {
    const add = ui.button({ icon: "person", text: t("Add"), title: t("Add a person (N)"), onclick: () => this.add() });
    const mirror = ui.button({ icon: "mirror", title: t("Mirror (M)"), onclick: () => this.mirror() });
    const parts = ui.menu({ icon: "hand", title: t("Hands, face and feet"), items: () => this.partItems() });
    const more = ui.menu({ icon: "more", title: t("Files, background and canvas"), items: () => this.moreItems() });
    this.frame.tools(ui.group(t("People"), add, parts, mirror, ...this.forChosen, more));
    this.frame.foot(this.width, ui.element("span", {}, "×"), this.height);
  }

  /** @param {string} title @param {number} axis */
  side(title, axis) {
    const value = this.scene.size[axis];
    return ui.number({ title, min: 64, max: 16384, step: 8, value, onchange: (side) => this.resize(axis, side) });
  }

  partItems() {
    const who = this.who().map((index) => this.scene.people[index]);
    return PARTS.map((part) => ({
      text: partName(part),
      disabled: !who.length,
      checked: who.length > 0 && who.every((person) => person[part].some(Boolean)),
      onclick: () => this.togglePart(part),
    }));
  }

  moreItems() {
    const open = (/** @type {string} */ accept) => async () => {
      const file = await ui.chooseFile(accept);
      if (file) await this.file(file);
    };
    /** @type {(import("../ui.js").Item | null)[]} */
    const items = [
      { text: t("Open OpenPose JSON…"), icon: "open", onclick: open(".json,application/json") },
      { text: t("Save OpenPose JSON"), icon: "save", onclick: () => this.save() },
      { text: t("Take the keypoints of the last run"), icon: "person", disabled: !this.received, onclick: () => this.take(this.received) },
      null,
      { text: t("Background from a file…"), icon: "image", onclick: open("image/*") },
      { text: t("Without background file"), icon: "close", disabled: !this.scene.ref, onclick: () => this.commit({ ...this.scene, ref: undefined }) },
      { text: t("Canvas as the background"), icon: "fit", disabled: !this.behind.image, onclick: () => this.canvasOfImage() },
      null,
      { text: t("Draw these people"), checked: this.who().every((index) => this.scene.people[index].on), onclick: () => this.togglePeople() },
      { text: t("Duplicate (Ctrl+D)"), icon: "copy", disabled: !this.scene.people.length, onclick: () => this.duplicate() },
      { text: t("Show the whole canvas (F)"), icon: "expand", onclick: () => this.view.fit() },
    ];
    return items;
  }
}

/** @param {ReadonlySet<Key>} names @param {Key} name */
function toggled(names, name) {
  return names.has(name) ? [...names].filter((one) => one !== name) : [...names, name];
}
