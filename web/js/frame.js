// @ts-check
/** An editor's frame: toolbar, stage, status line, keyboard focus, clipboard and the full screen. */

import { keepTouches, passToGraph, vueNodes } from "./host.js";
import { t } from "./i18n.js";
import { button, element, group, icon, press, styles } from "./ui.js";

const CONTROLS = "button, input:not(.armature-keys), select, textarea, a, label, .armature-menu";

const MARGIN = 16; // CSS pixels of the stage that a fitted picture leaves, left and right together

/**
 * @typedef {object} Handlers  what answers true has used the event
 * @property {string} label  names the editor for screen readers
 * @property {import("./store.js").History<any>} [history]  gives undo and redo, with buttons
 * @property {() => void} [onStep]  after undo and redo
 * @property {(event: KeyboardEvent) => boolean | void} [onKey]
 * @property {(event: WheelEvent) => boolean | void} [onWheel]  while the editor has the focus
 * @property {() => string | null} [onCopy]
 * @property {() => string | null} [onCut]  as onCopy, and removes it
 * @property {(text: string) => boolean | void} [onPaste]
 * @property {(file: File) => void} [onFile]  dropped or pasted
 */

export class Frame {
  /** @param {Handlers} handlers */
  constructor(handlers) {
    styles();
    this.handlers = handlers;
    this.space = false; // held: a drag moves the view
    // Only a real input keeps ComfyUI's shortcuts, undo and Delete above all, away from the editor.
    const attributes = { class: "armature-keys", readonly: true, inputmode: "none", autocomplete: "off" };
    this.keys = element("input", { ...attributes, "aria-label": handlers.label });
    this.own = element("div", { class: "armature-tools" });
    this.toolbar = element("div", { class: "armature-toolbar", role: "toolbar", "aria-label": t("Tools") }, this.own);
    this.banner = element("div", { class: "armature-banner", role: "alert", hidden: true });
    this.stage = element("div", { class: "armature-stage" }, this.banner);
    this.status = element("div", { class: "armature-status", role: "status", "aria-live": "polite" });
    this.footer = element("div", { class: "armature-footer" }, this.status);
    this.body = element("div", { class: "armature-body" }, this.toolbar, this.keys, this.stage, this.footer);
    this.root = element("div", { class: "armature", title: "", "data-capture-wheel": "true" }, this.body);
    const turn = () => (this.expanded ? this.shrink() : this.expand());
    this.expandButton = button({ icon: "expand", title: t("Full screen"), pressed: false, onclick: turn });
    this.toolbar.append(group(t("Editor"), ...this.#steps(), this.expandButton));
    this.#listen();
    keepTouches();
    this.refresh();
  }

  /** Whether the editor fills the screen. */
  get expanded() {
    return !!this.dialog;
  }

  /** Whether the keyboard is the editor's. */
  get focused() {
    return this.body.contains(document.activeElement);
  }

  /** Width and height that a fitted picture has, in CSS pixels. @returns {[number, number]} */
  get room() {
    const { clientWidth, clientHeight } = this.stage;
    return [Math.max(clientWidth - MARGIN, 1), Math.max(clientHeight - MARGIN, 1)];
  }

  /** Puts controls into the toolbar, before undo and full screen. @param {...HTMLElement} controls */
  tools(...controls) {
    this.own.append(...controls);
  }

  /** Puts controls beside the status line. @param {...HTMLElement} controls */
  foot(...controls) {
    this.footer.append(...controls);
  }

  /** A line of text to edit, under the stage. @param {string} title @param {(text: string) => void} onchange */
  line(title, onchange) {
    const made = element("input", { class: "armature-line", title, "aria-label": title, spellcheck: "false" });
    made.addEventListener("change", () => onchange(made.value));
    this.footer.before(made);
    return made;
  }

  /** Says what is selected or done, in the status line and to screen readers. @param {string} text */
  say(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  /** Shows what is wrong over the stage; an empty text hides it. @param {string} text */
  warn(text) {
    this.banner.hidden = !text;
    this.banner.replaceChildren(...(text ? [icon("warning"), text] : []));
  }

  focus() {
    this.keys.focus({ preventScroll: true });
  }

  /** Follows the history: which of undo and redo can be pressed. */
  refresh() {
    const { history } = this.handlers;
    if (this.undoButton) this.undoButton.disabled = !history?.past.length;
    if (this.redoButton) this.redoButton.disabled = !history?.future.length;
  }

  /** One step back. @returns {true} */
  undo() {
    if (this.handlers.history?.undo()) this.#stepped();
    return true;
  }

  /** One step forth. @returns {true} */
  redo() {
    if (this.handlers.history?.redo()) this.#stepped();
    return true;
  }

  /** Takes the last step back for good. */
  forget() {
    this.undo();
    this.handlers.history?.future.pop();
    this.refresh();
  }

  /** Fills the screen, with the same editor. */
  expand() {
    if (this.dialog) return;
    this.dialog = element("dialog", { class: "armature-dialog", "aria-label": this.handlers.label }, this.body);
    this.dialog.addEventListener("close", () => this.#shrunk());
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.root.classList.add("armature-away");
    press(this.expandButton, true);
    this.focus();
  }

  /** Goes back into the node. */
  shrink() {
    this.dialog?.close();
  }

  #shrunk() {
    this.root.append(this.body);
    this.dialog?.remove();
    this.dialog = undefined;
    this.root.classList.remove("armature-away");
    press(this.expandButton, false);
    this.focus();
  }

  #stepped() {
    this.refresh();
    this.handlers.onStep?.();
  }

  #steps() {
    if (!this.handlers.history) return [];
    this.undoButton = button({ icon: "undo", title: t("Undo (Ctrl+Z)"), onclick: () => this.undo() });
    this.redoButton = button({ icon: "redo", title: t("Redo (Ctrl+Y)"), onclick: () => this.redo() });
    return [this.undoButton, this.redoButton];
  }

  #listen() {
    const { body, keys } = this;
    body.addEventListener("pointerdown", (event) => this.#pointerDown(event));
    body.addEventListener("pointermove", (event) => {
      if (event.buttons & 4 && !this.expanded) passToGraph(event);
    });
    body.addEventListener("pointerup", (event) => {
      if (event.button === 1 && !this.expanded) passToGraph(event);
    });
    body.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    body.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      event.stopPropagation();
    });
    body.addEventListener("dblclick", (event) => event.stopPropagation());
    body.addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) this.focus();
    });
    body.addEventListener("keydown", (event) => this.#keyDown(event));
    body.addEventListener("keyup", (event) => {
      if (event.key === " ") this.space = false;
    });
    keys.addEventListener("blur", () => (this.space = false));
    keys.addEventListener("copy", (event) => this.#copy(event, this.handlers.onCopy));
    keys.addEventListener("cut", (event) => this.#copy(event, this.handlers.onCut));
    keys.addEventListener("paste", (event) => this.#paste(event));
    if (!this.handlers.onFile) return;
    body.addEventListener("dragover", (event) => event.preventDefault());
    body.addEventListener("drop", (event) => this.#drop(event));
  }

  /** @param {PointerEvent} event */
  #pointerDown(event) {
    if (event.button === 1 && !this.expanded) passToGraph(event);
    if (event.button !== 0) return;
    event.stopPropagation();
    if (/** @type {Element} */ (event.target).closest("select, input:not(.armature-keys), textarea")) return;
    event.preventDefault();
    if (!/** @type {Element} */ (event.target).closest(".armature-menu-holder")) this.focus();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (/** @type {Element} */ (event.target).closest(".armature-menu")) return event.stopPropagation();
    if (this.focused && this.handlers.onWheel?.(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (!vueNodes() && !this.expanded) {
      event.preventDefault();
      passToGraph(event);
    }
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const target = /** @type {Element} */ (event.target);
    if (target !== this.keys && target.closest(CONTROLS)) {
      if (event.key !== "Tab") event.stopPropagation(); // Delete on a button would delete the node
      return;
    }
    if (!this.#used(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean | void} */
  #used(event) {
    const key = event.key.toLowerCase();
    if (this.handlers.onKey?.(event)) return true;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && this.handlers.history) {
      if (key === "z") return event.shiftKey ? this.redo() : this.undo();
      if (key === "y") return this.redo();
    }
    if (key === " " && !event.ctrlKey) return (this.space = true);
    if (key === "escape" && !this.expanded) {
      this.keys.blur();
      return true;
    }
  }

  /** @param {ClipboardEvent} event @param {(() => string | null) | undefined} take */
  #copy(event, take) {
    const text = take?.();
    event.stopPropagation();
    event.preventDefault();
    if (text) event.clipboardData?.setData("text/plain", text);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    event.stopPropagation();
    event.preventDefault();
    const file = event.clipboardData?.files[0];
    if (file) this.handlers.onFile?.(file);
    else this.handlers.onPaste?.(event.clipboardData?.getData("text/plain") ?? "");
  }

  /** @param {DragEvent} event */
  #drop(event) {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    this.handlers.onFile?.(file);
  }
}
