// @ts-check
/** The controls over a drawing. */

import { t } from "../i18n.js";
import { button, element, group, icon, menu, number, press, select, slider, swatch } from "../ui.js";
import { LONGEST_SIDE, WIDEST } from "./model.js";

/** @typedef {import("./editor.js").SketchEditor} SketchEditor */
/** @typedef {import("./pen.js").Hand["tool"]} ToolName */

const SIZES = /** @type {[number, number][]} */ ([
  [512, 512],
  [512, 768],
  [768, 512],
  [768, 768],
  [1024, 1024],
  [832, 1216],
  [1216, 832],
]);
const SMOOTHING = [0, 2, 5];

export class Toolbar {
  /** @param {SketchEditor} editor */
  constructor(editor) {
    this.editor = editor;
    this.mode = select({
      title: t("What is drawn"),
      choices: [
        ["scribble", t("Scribble")],
        ["colour", t("Colour")],
        ["segments", t("Segments")],
      ],
      value: "scribble",
      onchange: (mode) => editor.change({ ...editor.value, mode: /** @type {import("./model.js").Mode} */ (mode) }),
    });
    /** @type {Record<ToolName, HTMLButtonElement>} */
    this.tools = {
      brush: button({ icon: "brush", title: t("Brush (B)"), pressed: true, onclick: () => editor.hold("brush") }),
      eraser: button({ icon: "eraser", title: t("Eraser (E)"), pressed: false, onclick: () => editor.hold("eraser") }),
      fill: button({ icon: "lasso", title: t("Filled outline (F)"), pressed: false, onclick: () => editor.hold("fill") }),
      polygon: button({ icon: "polygon", title: t("Polygon (P)"), pressed: false, onclick: () => editor.hold("polygon") }),
    };
    const width = { min: 0, max: 1, step: 0.001, value: 0 };
    this.width = slider({ title: t("Brush size ([ and ])"), ...width, oninput: (part) => editor.brush(WIDEST ** part) });
    this.colour = swatch({ title: t("Colour (Alt+click picks one)"), value: "#000000", oninput: (one) => editor.take(one) });
    this.ground = button({ icon: "fill", title: t("Fill the ground (G)"), onclick: () => editor.fillGround() });
    this.strength = slider({ title: t("Strength of the background"), min: 0, max: 1, step: 0.01, value: 0.5, oninput: (one) => editor.dim(one) });
    this.dimmer = element("label", { class: "armature-group" }, icon("image"), this.strength);
    const side = { min: 16, max: LONGEST_SIDE, value: 512 };
    this.across = number({ title: t("Width"), ...side, onchange: (one) => editor.resize([one, editor.value.size[1]]) });
    this.down = number({ title: t("Height"), ...side, onchange: (one) => editor.resize([editor.value.size[0], one]) });
    const sides = element("div", { class: "armature-group armature-roomy" }, this.across, "×", this.down);
    this.sizes = menu({ icon: "scale", text: "512 × 512", title: t("Size of the canvas"), items: () => this.#sizes() });
    this.sizes.classList.add("armature-sizes");
    const clear = button({ icon: "trash", title: t("Clear"), onclick: () => editor.change({ ...editor.value, s: [] }) });
    const more = menu({ icon: "more", title: t("More"), items: () => this.#more() });
    const parts = [this.mode, group(t("Tools"), ...Object.values(this.tools)), this.width, this.colour];
    editor.frame.tools(...parts, group(t("Drawing"), this.ground, clear), this.dimmer, sides, this.sizes, more);
  }

  /** Follows the editor. */
  refresh() {
    const { value, hand, reference } = this.editor;
    this.mode.value = value.mode;
    for (const [name, tool] of Object.entries(this.tools)) press(tool, name === hand.tool);
    this.width.value = String(Math.log(hand.width) / Math.log(WIDEST));
    this.colour.hidden = value.mode !== "colour";
    this.colour.value = hand.colour;
    this.dimmer.hidden = !reference.image;
    this.strength.value = String(hand.strength);
    [this.across.value, this.down.value] = value.size.map(String);
    this.sizes.firstElementChild?.lastChild?.replaceWith(element("span", {}, value.size.join(" × ")));
  }

  #sizes() {
    const { editor } = this;
    const { image } = editor.reference;
    const [width, height] = editor.value.size;
    const natural = /** @type {[number, number]} */ (image ? [image.naturalWidth, image.naturalHeight] : [width, height]);
    return [
      ...SIZES.map((size) => ({
        text: size.join(" × "),
        checked: size.join() === editor.value.size.join(),
        onclick: () => editor.resize(size),
      })),
      null,
      { text: t("Turn"), icon: /** @type {const} */ ("rotate"), onclick: () => editor.resize([height, width]) },
      { text: t("As the background"), icon: /** @type {const} */ ("image"), disabled: !image, onclick: () => editor.resize(natural) },
    ];
  }

  #more() {
    const { editor } = this;
    const smoothing = [t("Smoothing: off"), t("Smoothing: light"), t("Smoothing: strong")].map((text, i) => ({
      text,
      checked: editor.hand.smoothing === SMOOTHING[i],
      onclick: () => editor.smooth(SMOOTHING[i]),
    }));
    /** @type {ReturnType<Parameters<typeof menu>[0]["items"]>} */
    const rest = [
      null,
      { text: t("Background from a file…"), icon: "image", onclick: () => editor.chooseBackground() },
      { text: t("No background"), icon: "close", disabled: !editor.value.ref, onclick: () => editor.change({ ...editor.value, ref: undefined }) },
      null,
      { text: t("Simplify the lines"), icon: "curve", disabled: !editor.value.s.length, onclick: () => editor.simplify() },
      { text: t("Save as a picture"), icon: "save", onclick: () => editor.save() },
    ];
    return [...smoothing, ...rest];
  }
}
