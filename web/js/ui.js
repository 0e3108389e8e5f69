// @ts-check
/** The parts of a toolbar. Every control has a tooltip that is its name for screen readers too. */

const ICONS = {
  undo: "M4 9h10a5 5 0 0 1 0 10h-3M8 5 4 9l4 4",
  redo: "M20 9H10a5 5 0 0 0 0 10h3M16 5l4 4-4 4",
  expand: "M4 10V4h6M20 14v6h-6M4 4l6 6M20 20l-6-6",
  fit: "M4 9V5h4M20 9V5h-4M4 15v4h4M20 15v4h-4M9 12h6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  mirror: "M12 3v18M8 7 3 17h5zM16 7l5 10h-5z",
  rotate: "M19 12a7 7 0 1 1-2-5M19 3v5h-5",
  scale: "M4 20 20 4M13 4h7v7M11 20H4v-7",
  hide: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6M4 4l16 16",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  open: "M4 18V6h6l2 2h8v10zM4 11h16",
  save: "M12 4v11M7 10l5 5 5-5M5 20h14",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  person: "M12 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4M5 11l7-1 7 1M12 10v5M9 21l3-6 3 6",
  hand: "M8 13V6a1.5 1.5 0 0 1 3 0v5M11 11V4.5a1.5 1.5 0 0 1 3 0V11M14 11V6a1.5 1.5 0 0 1 3 0v8c0 4-2 6-5 6s-4-1-5-3l-2-4a1.4 1.4 0 0 1 2.5-1L8 13",
  brush: "M14 5l5 5-8 8H6v-5zM12 7l5 5",
  eraser: "M4 15 14 5l6 6-9 9H8zM8 11l7 7M8 20h12",
  fill: "M5 12l7-7 7 7-7 7zM5 12h14M20 16v3",
  lasso: "M7 15c-3-1-4-3-4-5 0-3 4-6 9-6s9 3 9 6-4 6-9 6c-2 0-3-.5-5-1a2 2 0 1 0 1 3c1 1 0 2.500-2 3",
  polygon: "M12 4l8 6-3 9H7l-3-9z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  check: "M5 12l5 5 9-10",
  close: "M6 6l12 12M18 6 6 18",
  curve: "M4 19c8 0 8-14 16-14",
  bars: "M5 20v-8M10 20V8M15 20V5M20 20v-5",
  split: "M12 4v16M4 6h16v12H4z",
  layers: "M12 4l9 5-9 5-9-5zM3 14l9 5 9-5",
  warning: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
};

/** @typedef {keyof typeof ICONS} Icon */

/**
 * An element with its attributes and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]  functions are listeners: { onclick }
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** A line drawing of 24 by 24, in the text's colour. @param {Icon} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "armature-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button, with an icon, a text or both. `pressed` makes it a switch: see `press`.
 * @param {{ title: string, icon?: Icon, text?: string, pressed?: boolean, onclick: (event: MouseEvent) => void }} options
 */
export function button({ title, icon: name, text, pressed, onclick }) {
  const parts = [...(name ? [icon(name)] : []), ...(text ? [text] : [])];
  const attributes = { type: "button", class: "armature-button", title, "aria-label": title, onclick };
  return element("button", { ...attributes, "aria-pressed": pressed === undefined ? undefined : String(pressed) }, ...parts);
}

/** Shows whether a switch is on. @param {HTMLElement} button @param {boolean} on */
export function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

/** Buttons that belong together. @param {string} label @param {...HTMLElement} parts */
export function group(label, ...parts) {
  return element("div", { class: "armature-group", role: "group", "aria-label": label }, ...parts);
}

/**
 * A choice of texts.
 * @param {{ title: string, choices: [string, string][], value: string, onchange: (value: string) => void }} options
 *   choices are pairs of value and text
 */
export function select({ title, choices, value, onchange }) {
  const options = choices.map(([key, text]) => element("option", { value: key, selected: key === value }, text));
  const made = element("select", { class: "armature-select", title, "aria-label": title }, ...options);
  made.addEventListener("change", () => onchange(made.value));
  return made;
}

/**
 * A slider; `oninput` while it moves, `onchange` at its end.
 * @param {{ title: string, min: number, max: number, step?: number, value: number,
 *   oninput?: (value: number) => void, onchange?: (value: number) => void }} options
 */
export function slider({ title, min, max, step = 1, value, oninput, onchange }) {
  const attributes = { type: "range", class: "armature-slider", title, "aria-label": title, min, max, step, value };
  const made = element("input", attributes);
  made.addEventListener("input", () => oninput?.(made.valueAsNumber));
  made.addEventListener("change", () => onchange?.(made.valueAsNumber));
  return made;
}

/** A whole number to type. @param {{ title: string, min: number, max: number, step?: number, value: number, onchange: (value: number) => void }} options */
export function number({ title, min, max, step = 1, value, onchange }) {
  const made = element("input", { type: "number", class: "armature-number", title, "aria-label": title, min, max, step, value });
  made.addEventListener("change", () => {
    if (Number.isNaN(made.valueAsNumber)) made.value = String(value);
    else onchange(Math.min(max, Math.max(min, made.valueAsNumber)));
  });
  return made;
}

/** A colour to choose, as "#rrggbb". @param {{ title: string, value: string, oninput: (colour: string) => void }} options */
export function swatch({ title, value, oninput }) {
  const made = element("input", { type: "color", class: "armature-swatch", title, "aria-label": title, value });
  made.addEventListener("input", () => oninput(made.value));
  return made;
}

/** @typedef {{ text: string, icon?: Icon, checked?: boolean, disabled?: boolean, onclick: () => void }} Item */

/**
 * A button that opens a list. `items` is asked at each opening; null is a line between.
 * @param {{ title: string, icon?: Icon, text?: string,
 *   items: () => (Item | null)[] }} options
 */
export function menu({ title, icon: name, text, items }) {
  const list = element("div", { class: "armature-menu", role: "menu", hidden: true });
  const opener = button({ title, icon: name, text, onclick: () => (list.hidden ? open() : close()) });
  const whole = element("div", { class: "armature-menu-holder" }, opener, list);
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "false");
  const entries = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("button:not(:disabled)")]);
  const outside = (/** @type {Event} */ event) => {
    if (!whole.contains(/** @type {Node} */ (event.target))) close();
  };
  function open() {
    list.replaceChildren(...items().map((item) => (item ? entry(item, close) : element("hr"))));
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    list.classList.toggle("armature-menu-left", whole.getBoundingClientRect().left > window.innerWidth / 2);
    window.addEventListener("pointerdown", outside, true);
    entries()[0]?.focus();
  }
  function close() {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    window.removeEventListener("pointerdown", outside, true);
  }
  list.addEventListener("keydown", (event) => {
    const all = entries();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) all.at(next % all.length)?.focus();
    else if (event.key === "Escape") close(), opener.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return whole;
}

/** @param {Item} item @param {() => void} close */
function entry({ text, icon: name, checked, disabled, onclick }, close) {
  const role = checked === undefined ? "menuitem" : "menuitemcheckbox";
  const act = () => {
    close();
    onclick();
  };
  const mark = checked ? icon("check") : name ? icon(name) : element("span", { class: "armature-icon" });
  return element(
    "button",
    { type: "button", role, disabled, "aria-checked": checked === undefined ? undefined : String(checked), onclick: act },
    mark,
    text,
  );
}

/** Lets the user choose a file of their machine. @param {string} accept as in <input accept> @returns {Promise<File | null>} */
export function chooseFile(accept) {
  return new Promise((done) => {
    const input = element("input", { type: "file", accept, class: "armature-file" });
    input.addEventListener("change", () => done(input.files?.[0] ?? null));
    input.addEventListener("cancel", () => done(null));
    input.click();
  });
}

/** Gives the user a file to keep. @param {string} name @param {Blob} content */
export function offerFile(name, content) {
  const href = URL.createObjectURL(content);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** The host's colours, for drawing on a canvas; they follow the theme. @param {Element} near */
export function colours(near) {
  const style = getComputedStyle(near);
  const read = (/** @type {string} */ name, /** @type {string} */ otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read("--armature-text", "#ddd"),
    muted: read("--armature-muted", "#999"),
    line: read("--armature-line", "#555"),
    ground: read("--armature-ground", "#222"),
    field: read("--armature-field", "#333"),
    accent: read("--armature-accent", "#3b82f6"),
    error: read("--armature-error", "#f66"),
  };
}

/** Adds the style sheet to the page, once. */
export function styles() {
  const href = new URL("../armature.css", import.meta.url).href;
  if (!document.querySelector(`link[href="${href}"]`)) document.head.append(element("link", { rel: "stylesheet", href }));
}
