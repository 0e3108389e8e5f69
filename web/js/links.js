// @ts-check
/** How nodes are linked and which values they get, over the borders of subgraphs, at any depth. */

const INPUTS = -10; // litegraph's id of what a subgraph's inputs come from
const OUTPUTS = -20; // and of what its outputs go to
const ALWAYS = 0; // the mode of a node that is neither muted nor bypassed

/** Every node of a graph, those inside subgraphs too. @param {ComfyGraph} graph @returns {ComfyNode[]} */
export function nodesOf(graph) {
  return graph.nodes.flatMap((node) => (node.subgraph ? [node, ...nodesOf(node.subgraph)] : [node]));
}

/** Whether a run reaches a node: neither it nor every subgraph that it lies in is muted or bypassed. @param {ComfyNode} node @returns {boolean} */
export function runs(node) {
  const { graph } = node;
  return node.mode === ALWAYS && (!graph || graph === graph.rootGraph || [...hostsOf(graph)].some(runs));
}

/** The slot of an input by its name, -1 without one. @param {ComfyNode} node @param {string} input */
function slot(node, input) {
  return node.inputs.findIndex(({ name }) => name === input);
}

/** The node whose output an input gets; null without one, and where a subgraph's places give it different ones. @param {ComfyNode} node @param {string} input @returns {ComfyNode | null} */
export function upstream(node, input) {
  const found = new Set(originsOf(node, input).map((origin) => (origin.open ? null : origin.node)));
  const [first = null] = found;
  return found.size === 1 ? first : null;
}

/** The nodes that get an output. @param {ComfyNode} node @param {number} [output] its slot @returns {ComfyNode[]} */
export function downstream(node, output = 0) {
  return [...new Set(readers(node.graph, node.id, output))];
}

/** The node behind the first linked input of a type. @param {ComfyNode} node @param {string} type @returns {ComfyNode | null} */
export function source(node, type) {
  for (const input of node.inputs) {
    const found = input.type === type ? upstream(node, input.name) : null;
    if (found) return found;
  }
  return null;
}

/** The nodes that a node's outputs reach over any number of links, the nearest first. @param {ComfyNode} node @returns {Generator<ComfyNode>} */
export function* onward(node) {
  const reached = new Set([node]);
  for (const one of reached) {
    if (one !== node) yield one;
    one.outputs.forEach((_, slot) => downstream(one, slot).forEach((next) => reached.add(next)));
  }
}

/** A node and those behind it, each given by the one before it; a ring ends where it closes. @param {ComfyNode | null} node @param {(node: ComfyNode) => ComfyNode | null} behind @returns {Generator<ComfyNode>} */
export function* backward(node, behind) {
  const seen = new Set();
  for (let one = node; one && !seen.has(one); one = behind(one)) {
    seen.add(one);
    yield one;
  }
}

/**
 * The widget that a run takes an input's value from: the node's, or that of the subgraph which shows it outside.
 * Undefined without one, and where the subgraph's places have different values.
 * @param {ComfyNode} node @param {string} name @returns {ComfyWidget | undefined}
 */
export function widgetOf(node, name) {
  const own = node.widgets?.find((one) => one.name === name);
  const shown = originsOf(node, name).map(({ node: at, slot, open }) =>
    open && at !== node ? (at.getWidgetFromSlot(at.inputs[slot]) ?? own) : own,
  );
  return shown.every((one) => one?.value === shown[0]?.value) ? (shown[0] ?? own) : undefined;
}

/** The value that a run takes of a node's widget, undefined without one. @param {ComfyNode} node @param {string} name @returns {any} */
export function valueOf(node, name) {
  return widgetOf(node, name)?.value;
}

/**
 * A value that is chosen on the graph: undefined where something is linked to it, and where it names a file that is not
 * there, of which the server would answer 404, which browsers report as an error.
 * @param {ComfyNode} node @param {string} name @returns {any}
 */
export function chosen(node, name) {
  if (originsOf(node, name).some(({ open }) => !open)) return undefined;
  const widget = widgetOf(node, name);
  const offered = widget?.options?.values;
  return Array.isArray(offered) && !offered.includes(widget?.value) ? undefined : widget?.value;
}

/** A node's output, or an input that nothing is linked to. @typedef {{ node: ComfyNode, slot: number, open: boolean }} Origin */

/** Where an input's value comes from: once for each place that the node's subgraph has. @param {ComfyNode} node @param {string} input @returns {Origin[]} */
function originsOf(node, input) {
  const at = slot(node, input);
  return at < 0 ? [] : [...origins(node.graph, node.id, at)];
}

/**
 * @param {ComfyGraph | null | undefined} graph @param {number | string} id @param {number} slot
 * @param {Set<ComfyLink>} [passed]  links, because subgraphs may hand a value around in a ring
 * @returns {Generator<Origin>}
 */
function* origins(graph, id, slot, passed = new Set()) {
  const link = linksOf(graph).find(({ target_id, target_slot }) => same(target_id, id) && target_slot === slot);
  const node = graph?.getNodeById(link ? link.origin_id : id);
  if (!link) {
    if (node) yield { node, slot, open: true };
  } else if (!passed.has(link)) {
    passed.add(link);
    if (same(link.origin_id, INPUTS)) {
      for (const host of hostsOf(graph)) yield* origins(host.graph, host.id, link.origin_slot, passed);
    } else if (node?.subgraph) yield* origins(node.subgraph, OUTPUTS, link.origin_slot, passed);
    else if (node) yield { node, slot: link.origin_slot, open: false };
  }
}

/**
 * What an output is linked to.
 * @param {ComfyGraph | null | undefined} graph @param {number | string} id @param {number} slot
 * @param {Set<ComfyLink>} [passed]
 * @returns {Generator<ComfyNode>}
 */
function* readers(graph, id, slot, passed = new Set()) {
  for (const link of linksOf(graph)) {
    if (!same(link.origin_id, id) || link.origin_slot !== slot || passed.has(link)) continue;
    passed.add(link);
    const node = graph?.getNodeById(link.target_id);
    if (same(link.target_id, OUTPUTS)) {
      for (const host of hostsOf(graph)) yield* readers(host.graph, host.id, link.target_slot, passed);
    } else if (node?.subgraph) yield* readers(node.subgraph, INPUTS, link.target_slot, passed);
    else if (node) yield node;
  }
}

/** The nodes that a subgraph is the inside of. @param {ComfyGraph | null | undefined} graph */
function hostsOf(graph) {
  const all = graph ? nodesOf(graph.rootGraph) : [];
  return new Set(all.filter(({ subgraph }) => subgraph?.id === graph?.id));
}

/** @param {ComfyGraph | null | undefined} graph @returns {ComfyLink[]} */
function linksOf(graph) {
  return graph ? [...graph.links.values()] : [];
}

/** Whether two ids are one: some versions keep them as text. @param {number | string} one @param {number | string} other */
function same(one, other) {
  return String(one) === String(other);
}
