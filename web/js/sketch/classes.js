// @ts-check
/** The list of classes to paint segments with. */

import { t } from "../i18n.js";
import { button, element, select } from "../ui.js";
import { named } from "./model.js";
import { PALETTES } from "./palettes.js";

/** @typedef {keyof typeof PALETTES} Palette */

export class Classes {
  /** @param {{ choose: (colour: string) => void, turn: (palette: Palette) => void }} on */
  constructor(on) {
    this.on = on;
    /** @type {Palette} */ this.palette = "ADE20K";
    this.colour = "";
    /** @type {Set<string>} */ this.used = new Set();
    const title = t("Search a class, by name or number");
    this.search = element("input", { type: "search", class: "armature-search", placeholder: t("Search"), title, "aria-label": title });
    this.search.addEventListener("input", () => this.#list());
    this.search.addEventListener("keydown", (event) => this.#key(event));
    this.palettes = select({
      title: t("Names and colours"),
      choices: Object.keys(PALETTES).map((name) => [name, name]),
      value: this.palette,
      onchange: (name) => on.turn(/** @type {Palette} */ (name)),
    });
    this.list = element("div", { class: "armature-class-list", role: "group", "aria-label": t("Classes") });
    this.root = element("div", { class: "armature-classes" }, this.palettes, this.search, this.list);
    this.root.addEventListener("wheel", (event) => event.stopPropagation());
    this.#list();
  }

  /** @param {Palette} palette @param {string} colour  the chosen class's @param {Iterable<string>} used  of strokes */
  show(palette, colour, used) {
    const next = new Set(used);
    if (palette === this.palette && colour === this.colour && [...next].join() === [...this.used].join()) return;
    Object.assign(this, { palette, colour, used: next });
    this.palettes.value = palette;
    this.#list();
  }

  /** Those in use come first, as long as nothing is searched. */
  #list() {
    const found = named(PALETTES[this.palette], this.search.value);
    const first = this.search.value ? [] : found.filter(({ colour }) => this.used.has(colour));
    const rest = found.filter((one) => !first.includes(one));
    const line = first.length && rest.length ? [element("hr")] : [];
    const none = found.length ? [] : [element("p", {}, t("No such class"))];
    this.list.replaceChildren(...first.map((one) => this.#row(one)), ...line, ...rest.map((one) => this.#row(one)), ...none);
  }

  /** @param {{ index: number, names: string, colour: string }} one */
  #row({ index, names, colour }) {
    const row = button({
      text: names.split(",")[0],
      title: `${index} ${names}`,
      pressed: colour === this.colour,
      onclick: () => this.on.choose(colour),
    });
    row.prepend(element("span", { class: "armature-chip", style: `background:${colour}` }));
    return row;
  }

  /** Enter takes the first. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter") this.list.querySelector("button")?.click();
    else if (event.key === "ArrowDown") this.list.querySelector("button")?.focus();
    else return;
    event.preventDefault();
  }
}

/** The class of a colour, or its nearest. @param {Palette} palette @param {string} colour @returns {[string, string]} its names and its colour */
export function nearest(palette, colour) {
  const rgb = (/** @type {string} */ hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const wanted = rgb(colour);
  const off = (/** @type {[string, string]} */ [, hex]) => Math.hypot(...rgb(hex).map((level, i) => level - wanted[i]));
  return PALETTES[palette].reduce((best, one) => (off(one) < off(best) ? one : best));
}
