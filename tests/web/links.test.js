import { expect, test } from "vitest";
import * as links from "../../web/js/links.js";
import { graph } from "./graph.js";

const CONTROL = { control: ["CONTROL_NET", "load.0"] };
const FLAT = {
  load: ["Load", { name: "a.safetensors" }],
  weights: ["Weights"],
  apply: ["Apply", { strength: 1 }, { ...CONTROL, weights: ["WEIGHTS", "weights.0"] }],
  sampler: ["Sampler", { steps: 4 }, { positive: ["CONDITIONING", "apply.0"] }],
};

/** The graph's nodes by id, those inside subgraphs too. */
const named = (made) => Object.fromEntries(links.nodesOf(made).map((node) => [node.id, node]));
const ids = (nodes) => [...nodes].map(({ id }) => id);

test("links are walked both ways, over a ring too", () => {
  const at = named(graph({ ...FLAT, weights: ["Weights", {}, { again: ["ANY", "sampler.0"] }] }));
  expect(ids(links.onward(at.weights))).toEqual(["apply", "sampler"]);
  expect(links.source(at.apply, "CONTROL_NET")).toBe(at.load);
  expect(links.source(at.apply, "IMAGE")).toBeNull();
  expect(links.upstream(at.apply, "absent")).toBeNull();
  expect(ids(links.downstream(at.load))).toEqual(["apply"]);
});

test("a chain of nodes is walked back to its end, or once around a ring", () => {
  const chain = { end: ["Load"], middle: ["Type", {}, { any: ["ANY", "end.0"] }], start: ["Type", {}, { any: ["ANY", "middle.0"] }] };
  const behind = (node) => links.source(node, "ANY");
  expect(ids(links.backward(named(graph(chain)).start, behind))).toEqual(["start", "middle", "end"]);
  const ring = named(graph({ ...chain, end: ["Type", {}, { any: ["ANY", "start.0"] }] }));
  expect(ids(links.backward(ring.start, behind))).toEqual(["start", "middle", "end"]);
  expect(ids(links.backward(null, behind))).toEqual([]);
});

test("a node that is in no graph yet has no links, and its own values", () => {
  const fresh = { id: 1, inputs: [{ name: "steps" }], outputs: [{}], widgets: [{ name: "steps", value: 3 }] };
  expect([links.upstream(fresh, "steps"), links.valueOf(fresh, "steps"), [...links.onward(fresh)]]).toEqual([null, 3, []]);
});

/** The weights within `depth` subgraphs, all else outside. */
function inward(depth) {
  let inside = { nodes: { weights: ["Weights"] }, outputs: ["weights.0"] };
  for (let n = 1; n < depth; n++) inside = { nodes: { [`box${n}`]: ["Box", {}, {}, inside] }, outputs: [`box${n}.0`] };
  const apply = ["Apply", {}, { ...CONTROL, weights: ["WEIGHTS", "box.0"] }];
  return named(graph({ ...FLAT, weights: ["Other"], box: ["Box", {}, {}, inside], apply }));
}

/** The apply node and the sampler within `depth` subgraphs, the weights and the loader outside. */
function outward(depth) {
  const ends = (load, weights) => ({ control: ["CONTROL_NET", load], weights: ["WEIGHTS", weights] });
  let nodes = { apply: ["Apply", {}, ends("-10.0", "-10.1")], sampler: ["Sampler", {}, { positive: ["CONDITIONING", "apply.0"] }] };
  for (let n = 1; n < depth; n++) nodes = { [`box${n}`]: ["Box", {}, ends("-10.0", "-10.1"), { nodes, outputs: [] }] };
  const box = ["Box", {}, ends("load.0", "weights.0"), { nodes, outputs: [] }];
  return named(graph({ load: FLAT.load, weights: FLAT.weights, box }));
}

test.each([1, 2, 3])("a node finds those outside its subgraph, and those inside another, at depth %i", (depth) => {
  for (const at of [inward(depth), outward(depth)]) {
    expect(ids(links.onward(at.weights))).toEqual(["apply", "sampler"]);
    expect(links.upstream(at.apply, "weights")).toBe(at.weights);
    expect(links.source(at.apply, "CONTROL_NET")).toBe(at.load);
    expect(ids(links.downstream(at.weights))).toEqual(["apply"]);
  }
});

test("what a subgraph hands through comes from outside, and a ring of such subgraphs ends", () => {
  const through = () => ({ nodes: {}, outputs: ["-10.0"] });
  const box = (source) => ["Box", {}, { any: ["ANY", source] }, through()];
  const entries = (source) => ({ load: FLAT.load, one: box(source), two: box("one.0"), apply: ["Apply", {}, { control: ["ANY", "two.0"] }] });
  const at = named(graph(entries("load.0")));
  expect(links.upstream(at.apply, "control")).toBe(at.load);
  expect(ids(links.downstream(at.load))).toEqual(["apply"]);
  const ring = named(graph(entries("two.0")));
  expect(links.upstream(ring.apply, "control")).toBeNull();
  expect(ids(links.downstream(ring.one))).toEqual(["apply"]);
});

/** A sampler with its steps shown on two nodes that stand for one subgraph. */
function twice(first, second, sources = []) {
  const inside = { nodes: { sampler: ["Sampler", { steps: 20 }, { steps: ["INT", "-10.0"] }] }, outputs: ["sampler.0"] };
  const host = (steps, source) => ["Box", steps === undefined ? {} : { steps }, { steps: ["INT", source] }, inside];
  return named(graph({ one: host(first, sources[0]), two: host(second, sources[1]), a: ["Int"], b: ["Int"] }));
}

test("a value that a subgraph shows outside is the one there", () => {
  expect(links.valueOf(twice(8, 8).sampler, "steps")).toBe(8);
  const { sampler, one } = twice(8, 8);
  one.widgets[0].value = 9;
  expect(links.valueOf(sampler, "steps")).toBeUndefined(); // two places, two values
  expect(links.valueOf(twice().sampler, "steps")).toBe(20); // nothing is shown there
});

test("what the places of a subgraph get from different nodes is not known", () => {
  const same = twice(8, 8, ["a.0", "a.0"]);
  expect(links.upstream(same.sampler, "steps")).toBe(same.a);
  const other = twice(8, 8, ["a.0", "b.0"]).sampler;
  expect([links.upstream(other, "steps"), links.chosen(other, "steps")]).toEqual([null, undefined]);
});

test("a value is chosen where nothing is linked to it and it is offered", () => {
  const { load } = named(graph(FLAT));
  expect(links.chosen(load, "name")).toBe("a.safetensors");
  load.widgets[0].options.values = ["b.safetensors"];
  expect(links.chosen(load, "name")).toBeUndefined();
  const { apply } = named(graph({ ...FLAT, apply: ["Apply", { strength: 1 }, { strength: ["FLOAT", "load.0"] }] }));
  expect([links.chosen(apply, "strength"), links.chosen(apply, "absent")]).toEqual([undefined, undefined]);
});
