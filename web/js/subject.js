// @ts-check
/** What is told of a node is about its state: this is how to know that it is another. */

/**
 * A node's values, its links and the values behind them, as text: when it changes, what was told of the node is out of date.
 * @param {any} node @param {(node: any, input: string) => any} upstream  what is linked to an input
 */
export function subject(node, upstream) {
  const values = (/** @type {any} */ one) =>
    (one?.widgets ?? [])
      .filter((/** @type {any} */ { serialize }) => serialize !== false)
      .map((/** @type {any} */ { name, value }) => [name, value]);
  const sources = node.inputs.map((/** @type {any} */ { name }) => upstream(node, name));
  return JSON.stringify([values(node), sources.map((/** @type {any} */ source) => source && [source.id, source.type, values(source)])]);
}
