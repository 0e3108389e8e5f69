// @ts-check
/** All contact with ComfyUI's frontend: nobody else imports its scripts. */

import { app } from "../../../scripts/app.js";
import { api } from "../../../scripts/api.js";
import { nodesOf, upstream, widgetOf } from "./links.js";

/**
 * What the host gives an editor.
 * @typedef {object} Seat
 * @property {ComfyNode} node
 * @property {string} name  of the input
 * @property {Record<string, any>} options  of the input, as Python declares them
 * @property {() => void} commit  call it after each change of the editor's value
 */

/**
 * What an editor is to the host. Its value is a plain object, replaced and never changed in place.
 * @typedef {object} Editor
 * @property {HTMLElement} root
 * @property {any} value
 * @property {(value: any) => void} load  shows a value from outside; throws if it cannot
 * @property {() => void} [removed]  the node is gone
 */

/**
 * Registers the widget of an input type. Python declares the input with `socketless`.
 * @param {{ type: string, make: (seat: Seat) => Editor, minWidth?: number, minHeight?: number, sent?: boolean }} options
 *   the smallest size in pixels, of the widget alone in its height; whether runs get the value, which workflows keep
 */
export function widget({ type, make, minWidth = 320, minHeight = 300, sent = true }) {
  extend(type, {
    getCustomWidgets: () => ({
      [type]: (node, name, spec) => ({
        widget: seated(node, name, spec, make, minHeight, sent),
        minWidth,
        minHeight: minHeight + 60,
      }),
    }),
  });
}

/**
 * Registers hooks that ComfyUI calls: getNodeMenuItems, setup, commands, settings, ...
 * @param {string} name  of the extension, unique in this pack
 * @param {ComfyHooks} hooks
 */
export function extend(name, hooks) {
  app.registerExtension({ name: `Armature.${name}`, ...hooks });
}

/**
 * Follows the nodes of one type, in both renderers and in subgraphs.
 * @param {string} type  the node's id, such as "ArmatureApplyControl"
 * @param {{
 *   created?: (node: ComfyNode) => void,
 *   configured?: (node: ComfyNode) => void,
 *   connected?: (node: ComfyNode) => void,
 *   executed?: (node: ComfyNode, output: Record<string, any>) => void,
 *   removed?: (node: ComfyNode) => void,
 * }} hooks
 */
export function follow(type, { created, configured, connected, executed, removed }) {
  extend(`follow.${type}.${follow.count++}`, {
    nodeCreated(node) {
      if (node.comfyClass !== type) return;
      if (configured) after(node, "onConfigure", () => configured(node));
      if (connected) after(node, "onConnectionsChange", () => connected(node));
      if (executed) after(node, "onExecuted", (output) => executed(node, output));
      if (removed) after(node, "onRemoved", () => removed(node));
      created?.(node);
    },
  });
}
follow.count = 0;

/** Listens to messages of the server, "executed" or own ones. @param {string} event @param {(detail: any) => void} listener */
export function on(event, listener) {
  api.addEventListener(event, ({ detail }) => listener(detail));
}

/** A short message over the graph. @param {"info" | "success" | "warn" | "error"} severity @param {string} summary @param {string} [detail] */
export function toast(severity, summary, detail) {
  app.extensionManager.toast.add({ severity, summary, detail, life: 8000 });
}

const BADGE = "armature_status";
const BADGE_COLOURS = { info: ["#e8f1ff", "#2458a6"], warn: ["#fff4d6", "#8a5a00"], error: ["#ffe9e9", "#a32020"] };

/**
 * Gives a new node a badge; call it once, in `created`. An empty text hides it; up to 24 letters fit.
 * @param {ComfyNode} node
 * @returns {(text: string, severity?: "info" | "warn" | "error") => void}
 */
export function badge(node) {
  // Nodes 2.0 draws badges again when a widget's value changes, and only then.
  const state = node.addWidget("text", BADGE, "", () => {}, { serialize: false, hidden: true });
  Object.assign(state, { serialize: false, hidden: true });
  node.badges.push(() => {
    const [severity, text] = state.value ? JSON.parse(state.value) : ["info", ""];
    const [fgColor, bgColor] = BADGE_COLOURS[/** @type {"info"} */ (severity)];
    return new LGraphBadge({ text, fgColor, bgColor });
  });
  return (text, severity = "info") => {
    state.value = text ? JSON.stringify([severity, text]) : "";
    redraw(node);
  };
}

const CAPTION = "armature_caption";

/** Shows lines of text at the foot of a node, in the place of those that it had. @param {ComfyNode} node @param {string} text */
export function caption(node, text) {
  let widget = node.widgets?.find(({ name }) => name === CAPTION);
  if (!widget) {
    const root = document.createElement("div");
    root.className = "armature-caption";
    root.setAttribute("role", "status");
    const options = { serialize: false, hideOnZoom: false, hideInPanel: true, getValue: () => root.textContent };
    widget = node.addDOMWidget(CAPTION, CAPTION, root, { ...options, getMinHeight: () => captionHeight(root.textContent) });
    widget.serialize = false;
    settle(node, CAPTION, root);
  }
  const shown = /** @type {HTMLElement} */ (widget.element);
  shown.textContent = text;
  shown.style.minHeight = `${captionHeight(text)}px`;
  const [width, height] = node.computeSize();
  node.setSize([Math.max(node.size[0], width), Math.max(node.size[1], height)]);
  redraw(node);
}

/** @param {string | null} text */
function captionHeight(text) {
  const lines = (text ?? "").split("\n").map((line) => Math.ceil(line.length / CAPTION_LETTERS));
  return CAPTION_LINE * lines.reduce((sum, count) => sum + count, 0) + CAPTION_LINE / 2;
}
const CAPTION_LETTERS = 44; // of a line, in a node of the usual width
const CAPTION_LINE = 16; // pixels

/** Tells the frontend that a node's graph is not as it was. @param {ComfyNode} node */
export function changed(node) {
  node.graph?.incrementVersion?.();
}

/** Draws the graph again. @param {ComfyNode} node */
export function redraw(node) {
  node.graph?.setDirtyCanvas(true, true);
}

/** Sets a widget as its user does. @param {ComfyNode} node @param {string} name @param {any} value */
export function setValueOf(node, name, value) {
  const found = widgetOf(node, name);
  if (!found) return;
  found.value = value;
  found.callback?.(value);
  redraw(node);
}

const FOLLOWS = "armature-follows";

/** Calls `listener` after each change of the workflow while the element is in the page, and when it comes into view. @param {HTMLElement} element @param {() => void} listener */
export function followGraph(element, listener) {
  if (!followGraph.begun) {
    on("graphChanged", () => document.querySelectorAll(`.${FOLLOWS}`).forEach((one) => one.dispatchEvent(new Event(FOLLOWS))));
  }
  followGraph.begun = true;
  element.classList.add(FOLLOWS);
  element.addEventListener(FOLLOWS, listener);
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && listener()).observe(element); // a subgraph is opened
}
followGraph.begun = false;

/** Where the image that an input gets can be seen before a run, or after the last one. @param {ComfyNode} node @param {string} input @returns {string | null} */
export function upstreamImage(node, input) {
  const source = upstream(node, input);
  if (!source) return null;
  const shown = source.imgs?.[0]?.src;
  if (shown) return shown;
  const file = outputs(source)?.images?.[0];
  return file ? viewURL(file) : null;
}

/** What a node's last run put on it, as its ui has it. @param {ComfyNode} node @returns {Record<string, any> | null} */
export function outputs(node) {
  const graph = node.graph;
  const key = graph && graph !== app.rootGraph ? `${graph.id}:${node.id}` : `${node.id}`;
  return app.nodeOutputs[key] ?? null;
}

/** The address of an image of the server's folders. @param {{ filename: string, subfolder?: string, type?: string }} file */
export function viewURL({ filename, subfolder = "", type = "input" }) {
  return api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
}

/** The address of an input file by its name in a value, "armature/ab12.png [input]". @param {string} name */
export function inputURL(name) {
  const [, path, type] = /^(.*?)(?: \[(\w+)\])?$/.exec(name) ?? [];
  const cut = path.lastIndexOf("/");
  return viewURL({ filename: path.slice(cut + 1), subfolder: path.slice(0, Math.max(cut, 0)), type: type ?? "input" });
}

/** Puts an image into the server's input folder and gives its name there, the same for the same bytes. @param {Blob} image @returns {Promise<string>} */
export async function upload(image) {
  const name = fingerprint(new Uint8Array(await image.arrayBuffer()));
  const form = new FormData();
  form.append("image", image, `${name}.${image.type.split("/")[1] ?? "png"}`);
  form.append("subfolder", "armature");
  form.append("type", "input");
  const answer = await api.fetchApi("/upload/image", { method: "POST", body: form });
  if (!answer.ok) throw new Error(`The server refused the image: ${answer.status} ${answer.statusText}`);
  const stored = await answer.json();
  return `${stored.subfolder}/${stored.name} [input]`;
}

/**
 * 16 hexadecimal digits that differ between images (FNV-1a in two lanes). Not crypto.subtle, which browsers keep from
 * pages that come by http from another machine; on a collision the server adds a number to the name.
 * @param {Uint8Array} bytes
 */
function fingerprint(bytes) {
  let [one, other] = [0x811c9dc5, 0x9e3779b9];
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    other = Math.imul(other ^ byte, 0x01000197);
  }
  return [one, other].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The JSON of one of the server's routes, null where it has no such route. @param {string} route such as "/i18n" @returns {Promise<any>} */
export async function getJSON(route) {
  const answer = await api.fetchApi(route).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** Sends JSON to one of the server's routes: its answer, null where it has no such route. @param {string} route @param {object} body @returns {Promise<any>} */
export async function postJSON(route, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await api.fetchApi(route, options).catch(() => null);
  return answer?.headers.get("Content-Type")?.includes("json") ? answer.json() : null;
}

/** The workflow that is open, as its file holds it. @returns {object} */
export function workflow() {
  return app.rootGraph.serialize();
}

/** The name of the workflow that is open. @returns {string} */
export function workflowName() {
  return app.extensionManager.workflow.activeWorkflow?.filename ?? "workflow";
}

/** Opens a workflow in a tab of its own. @param {Record<string, any>} workflow @param {string} name */
export function openWorkflow(workflow, name) {
  return app.loadGraphData({ ...workflow, id: undefined }, true, true, name); // Nodes 2.0 takes one id for one graph
}

/** The user's language, as "en" or "zh-TW". @returns {string} */
export function locale() {
  return app.extensionManager.setting.get("Comfy.Locale") || "en";
}

/** A setting's value. @param {string} id @returns {any} */
export function setting(id) {
  return app.extensionManager.setting.get(id);
}

/** The node of an event's id, which names each subgraph on the way: "3:1". @param {string} id @returns {ComfyNode | null} */
export function nodeAt(id) {
  /** @type {ComfyNode | null} */ let node = null;
  /** @type {ComfyGraph | undefined} */ let graph = app.rootGraph;
  for (const part of String(id).split(":")) {
    node = graph?.getNodeById(Number(part)) ?? null;
    graph = node?.subgraph;
  }
  return node;
}

/** Every node of the workflow, those inside subgraphs too. @returns {ComfyNode[]} */
export function everyNode() {
  return nodesOf(app.rootGraph);
}

/** Screen pixels to a CSS pixel of an element in the graph. */
export function magnification() {
  return window.devicePixelRatio * (app.canvas?.ds.scale ?? 1);
}

/** Whether Nodes 2.0 draws the nodes. */
export function vueNodes() {
  return !!LiteGraph.vueNodesMode;
}

/** Whether the user drags the graph with the space bar. */
export function panningGraph() {
  return app.canvas.read_only;
}

/** Keeps the fingers in editors from the graph, which else zooms wherever two of them move. */
export function keepTouches() {
  if (!keepTouches.begun) window.addEventListener("touchmove", kept, true);
  keepTouches.begun = true;
}
keepTouches.begun = false;

/** @param {TouchEvent} event */
function kept(event) {
  if (event.target instanceof Element && event.target.closest(".armature")) event.stopPropagation();
}

/** Leaves an event to the graph, which pans and zooms with it. @param {PointerEvent | WheelEvent} event */
export function passToGraph(event) {
  if (event.type === "wheel") app.canvas.processMouseWheel(/** @type {WheelEvent} */ (event));
  if (event.type === "pointerdown") app.canvas.processMouseDown(/** @type {PointerEvent} */ (event));
  if (event.type === "pointermove") app.canvas.processMouseMove(/** @type {PointerEvent} */ (event));
  if (event.type === "pointerup") app.canvas.processMouseUp(/** @type {PointerEvent} */ (event));
}

/** @param {ComfyNode} node @param {string} name @param {[string, any]} spec @param {(seat: Seat) => Editor} make @param {number} minHeight @param {boolean} sent */
function seated(node, name, [type, options = {}], make, minHeight, sent) {
  /** @type {any} */ let refused; // a value that the editor cannot show: kept as it is until the user makes another
  const editor = make({ node, name, options, commit });
  const load = (/** @type {any} */ value) => {
    refused = undefined;
    try {
      editor.load(value);
    } catch (error) {
      refused = value;
      toast("error", node.title, String(error instanceof Error ? error.message : error));
    }
  };
  const widget = node.addDOMWidget(name, type, editor.root, {
    getValue: () => refused ?? editor.value,
    setValue: (/** @type {any} */ value) => {
      if (JSON.stringify(value) !== JSON.stringify(refused ?? editor.value)) load(value);
    },
    getMinHeight: () => minHeight,
    hideOnZoom: false,
    hideInPanel: true,
    socketless: !!options.socketless,
    serialize: sent,
  });
  function commit() {
    refused = undefined;
    widget.callback?.(editor.value);
    changed(node);
    requestAnimationFrame(() => app.extensionManager.workflow.activeWorkflow?.changeTracker?.captureCanvasState?.());
  }
  editor.root.style.minHeight = `${minHeight}px`; // Nodes 2.0 knows no getMinHeight
  if (options.default !== undefined) load(options.default);
  after(node, "onRemoved", () => editor.removed?.());
  for (const event of ["onAdded", "onConfigure"]) after(node, event, () => settle(node, name, editor.root));
  return widget;
}

/** @type {Map<string, WeakRef<HTMLElement>>} */
const elements = new Map();

/**
 * Nodes 2.0 keeps the old element on screen when undo loads the graph anew: puts the new one in its place.
 * @param {ComfyNode} node @param {string} name @param {HTMLElement} element
 */
function settle(node, name, element) {
  const key = `${node.graph?.id}:${node.id}:${name}`;
  const old = elements.get(key)?.deref();
  elements.set(key, new WeakRef(element));
  let frames = 4;
  const look = () => {
    if (!old || old === element || element.isConnected) return;
    if (vueNodes() && old.isConnected) old.replaceWith(element);
    else if (frames--) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Calls `then` after a node's own callback of that name. @param {ComfyNode} node @param {string} name @param {(...given: any[]) => void} then */
function after(node, name, then) {
  const own = node[name];
  node[name] = function (/** @type {any[]} */ ...given) {
    const answer = own?.apply(this, given);
    then(...given);
    return answer;
  };
}
