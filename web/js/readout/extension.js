// @ts-check
/** What nodes tell in a run, at their foot, inside subgraphs too: the steps, cost and blocks of a control, scores, files. */

import * as host from "../host.js";
import { subject } from "../subject.js";
import { styles } from "../ui.js";

/** The last text of each node and what it was about, by graph and number: undo and tabs make nodes anew. @type {Map<string, { text: string, about: string }>} */
const texts = new Map();

/** @param {ComfyNode} node */
const key = (node) => `${node.graph?.id}:${node.id}:${node.type}`;

host.on("armature.readout", ({ node, text }) => tell(host.nodeAt(node), text));

// The text of a node's ui, which the frontend shows of its own nodes alone.
host.on("executed", ({ node: id, output }) => {
  const node = output?.text && host.nodeAt(id);
  if (node?.comfyClass?.startsWith("Armature")) tell(node, output.text.join("\n"));
});

/** @param {ComfyNode | null} node @param {string} text */
function tell(node, text) {
  if (!node) return;
  texts.set(key(node), { text, about: subject(node) });
  host.caption(node, text);
}

host.extend("readout", {
  setup: styles,
  afterConfigureGraph() {
    for (const node of host.everyNode()) {
      const last = texts.get(key(node));
      if (last?.about === subject(node)) host.caption(node, last.text);
    }
  },
});
