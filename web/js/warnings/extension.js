// @ts-check
/** Badges and messages on controls that cannot work: from the server when a prompt is queued, and lightly before. */

import * as host from "../host.js";
import { t } from "../i18n.js";
import { ask } from "../inspect.js";
import { subject } from "../subject.js";
import { APPLIES, byNode, queries, SEVERITY, worst } from "./model.js";

/** @typedef {import("./model.js").Finding} Finding */

/** Its texts in other languages are in locales/<language>/settings.json. */
const SETTING = {
  id: "Armature.Warnings",
  name: "Warn of controls that cannot work",
  tooltip: "Badges and messages on control nodes, when a prompt is queued and while a graph is edited.",
  category: ["Armature", "Controls", "Warnings"],
};
const PAUSE = 300; // milliseconds without a change before the graph is looked at
const BADGED = [...APPLIES, "ArmatureLoadControl"];

/** Words on a badge, for which there is room of 24 letters. @type {Record<Finding["trouble"], () => string>} */
const WORDS = {
  file: () => t("no such control"),
  base: () => t("for another base model"),
  window: () => t("acts in no step"),
  inverted: () => t("map looks inverted"),
  photograph: () => t("a photo, not a map?"),
};

/** @type {WeakMap<ComfyNode, (text: string, severity?: "info" | "warn" | "error") => void>} */
const badges = new WeakMap();
/** What the server found at the last run, with what it was about. @type {WeakMap<ComfyNode, { findings: Finding[], subject: string }>} */
const told = new WeakMap();
/** What is wrong with the graph as it is edited. @type {WeakMap<ComfyNode, Finding[]>} */
const seen = new WeakMap();

let ready = false; // settings are told before there is a graph
let last = ""; // announced

host.extend("warnings", {
  settings: [{ ...SETTING, type: "boolean", defaultValue: true, onChange: () => ready && queueMicrotask(showAll) }],
  getNodeMenuItems(node) {
    const findings = current(node);
    return findings.length ? [{ content: t("What is wrong here?"), callback: () => announce(findings) }] : [];
  },
  setup() {
    ready = true;
  },
  afterConfigureGraph: () => lookSoon(),
});

for (const type of BADGED) host.follow(type, { created: (node) => badges.set(node, host.badge(node)), connected: () => lookSoon() });

host.on("graphChanged", () => lookSoon());

host.on("armature.warnings", ({ findings }) => {
  const found = byNode(findings);
  for (const node of host.everyNode()) told.delete(node);
  for (const [id, list] of found) {
    const node = host.nodeAt(id);
    if (node) told.set(node, { findings: list, subject: subject(node) });
  }
  showAll();
  const text = JSON.stringify(findings);
  if (findings.length && text !== last && host.setting(SETTING.id)) announce(findings);
  last = text;
});

let timer = 0;

/** Looks at the graph once no change follows. */
function lookSoon() {
  clearTimeout(timer);
  timer = window.setTimeout(look, PAUSE);
}

async function look() {
  const nodes = host.everyNode().filter(({ type }) => BADGED.includes(type));
  await Promise.all(nodes.filter(({ type }) => APPLIES.includes(type)).map(inspect));
  showAll();
}

/** @param {ComfyNode} node */
async function inspect(node) {
  const found = await Promise.all(queries(node).map(ask));
  const texts = found.map((answer) => answer?.mismatch).filter(Boolean);
  seen.set(node, texts.map((text) => ({ node: String(node.id), trouble: "base", text })));
}

/** What is wrong with a node now. @param {ComfyNode} node @returns {Finding[]} */
function current(node) {
  const fresh = seen.get(node) ?? [];
  const run = told.get(node);
  const kept = run && run.subject === subject(node) ? run.findings : [];
  return [...fresh, ...kept.filter(({ text }) => !fresh.some((finding) => finding.text === text))];
}

function showAll() {
  for (const node of host.everyNode()) {
    const finding = host.setting(SETTING.id) ? worst(current(node)) : undefined;
    badges.get(node)?.(finding ? WORDS[finding.trouble]() : "", finding && SEVERITY[finding.trouble]);
  }
}

/** @param {Finding[]} findings */
function announce(findings) {
  const lines = findings.map(({ node, text }) => `${host.nodeAt(node)?.title ?? node}: ${text}`);
  const { trouble } = /** @type {Finding} */ (worst(findings));
  host.toast(SEVERITY[trouble], t("A control may not do what you expect"), lines.join("\n"));
}
