// @ts-check
/** What nodes tell after a run, at their foot, inside subgraphs too: the steps, cost and blocks of a control, scores. */

import * as host from "../host.js";
import { styles } from "../ui.js";

/** The last text of each node, by its graph and number: undo and tabs make nodes anew. @type {Map<string, string>} */
const texts = new Map();

/** @param {ComfyNode} node */
const key = (node) => `${node.graph?.id}:${node.id}:${node.type}`;

host.on("armature.readout", ({ node: id, text }) => {
  const node = host.nodeAt(id);
  if (!node) return;
  texts.set(key(node), text);
  host.caption(node, text);
});

host.extend("readout", {
  setup: styles,
  afterConfigureGraph() {
    for (const node of host.everyNode()) {
      const text = texts.get(key(node));
      if (text) host.caption(node, text);
    }
  },
});
