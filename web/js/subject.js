// @ts-check
/** What is told of a node is about its state: this is how to know that it is another. */

import { upstream, valueOf } from "./links.js";

/** A node's values, its links and the values behind them, as text: when it changes, what was told of the node is out of date. @param {ComfyNode} node */
export function subject(node) {
  const sources = node.inputs.map(({ name }) => upstream(node, name));
  return JSON.stringify([values(node), sources.map((source) => source && [source.id, source.type, values(source)])]);
}

/** @param {ComfyNode} node */
function values(node) {
  const kept = (node.widgets ?? []).filter(({ serialize }) => serialize !== false);
  return kept.map(({ name }) => [name, valueOf(node, name)]);
}
