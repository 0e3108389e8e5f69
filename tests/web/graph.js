// Graphs as litegraph keeps them: nodes, links, and subgraphs whose ends have the ids -10 and -20.

/**
 * A graph of { id: [type, widgets, inputs, inside] }: widgets are { name: value }, inputs { name: [type, source] } with a
 * source "id.slot" ("-10.slot" for an input of the subgraph), and inside { nodes, outputs: [source, ...] } is a subgraph.
 * What a node gives is `outputs[type]`, one ANY without an entry.
 */
export function graph(entries, outputs = {}, rootGraph = null, id = "root") {
  const made = { id, nodes: [], links: new Map() };
  made.rootGraph = rootGraph ?? made;
  made.getNodeById = (sought) => made.nodes.find((node) => String(node.id) === String(sought)) ?? null;
  for (const [name, [type, widgets = {}, inputs = {}, inside]] of Object.entries(entries)) {
    const node = {
      id: name,
      type,
      mode: 0,
      graph: made,
      widgets: Object.entries(widgets).map(([name, value]) => ({ name, value, options: {} })),
      inputs: Object.entries(inputs).map(([name, [type]]) => ({ name, type })),
      outputs: (outputs[type] ?? ["ANY"]).map((type) => ({ type })),
      getWidgetFromSlot: ({ name }) => node.widgets.find((widget) => widget.name === name),
    };
    if (inside) node.subgraph = inside.made ?? subgraph(inside, outputs, made.rootGraph, `${id}/${name}`);
    made.nodes.push(node);
    Object.values(inputs).forEach(([, source], slot) => link(made, source, name, slot));
  }
  return made;
}

/** The inside of a node; kept in `inside.made`, which another node may stand for as well. */
function subgraph(inside, outputs, rootGraph, id) {
  inside.made = graph(inside.nodes, outputs, rootGraph, id);
  inside.outputs.forEach((source, slot) => link(inside.made, source, -20, slot));
  return inside.made;
}

function link({ links }, source, target_id, target_slot) {
  if (!source) return;
  const [origin_id, origin_slot] = source.split(/\.(?=\d+$)/);
  links.set(links.size, { id: links.size, origin_id, origin_slot: Number(origin_slot), target_id, target_slot });
}
