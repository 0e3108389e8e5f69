import { expect, test } from "vitest";
import { baseFile, byNode, controlFile, queries, worst } from "../../web/js/warnings/model.js";
import { graph } from "./graph.js";

const OUTPUTS = {
  CheckpointLoaderSimple: ["MODEL", "CLIP", "VAE"],
  UNETLoader: ["MODEL"],
  ArmatureLoadPracticeModel: ["MODEL", "CLIP", "VAE"],
  LoraLoaderModelOnly: ["MODEL"],
  ModelMergeSimple: ["MODEL"],
  ArmatureLoadControl: ["CONTROL_NET"],
  ControlNetLoader: ["CONTROL_NET"],
  ArmatureUnionType: ["CONTROL_NET"],
  ArmatureApplyControl: ["CONDITIONING", "CONDITIONING"],
  ArmatureApplyControlStack: ["CONDITIONING", "CONDITIONING"],
  ArmatureApplyControlToModel: ["MODEL"],
  ConditioningCombine: ["CONDITIONING"],
  CFGGuider: ["GUIDER"],
  KSampler: ["LATENT"],
};

const PLAIN = {
  base: ["CheckpointLoaderSimple", { ckpt_name: "sd.safetensors" }],
  load: ["ArmatureLoadControl", { name: "xl.safetensors" }],
  apply: ["ArmatureApplyControl", { strength: 1 }, { control_net: ["CONTROL_NET", "load.0"], image: ["IMAGE", null] }],
  sampler: ["KSampler", {}, { model: ["MODEL", "base.0"], positive: ["CONDITIONING", "apply.0"] }],
};
const node = (entries, at = "apply") => graph(entries, OUTPUTS).getNodeById(at);
const asked = (changes = {}, at = "apply") => {
  return queries(node({ ...PLAIN, ...changes }, at));
};
const QUERY = "folder=controlnet&name=xl.safetensors&base_folder=checkpoints&base_name=sd.safetensors";

test("the control's file is asked for with the base that a sampler runs", () => {
  expect(asked()).toEqual([QUERY]);
});

test("types, loras, guiders and combined prompts lie between", () => {
  const changes = {
    typed: ["ArmatureUnionType", { type: "depth" }, { control_net: ["CONTROL_NET", "load.0"] }],
    apply: ["ArmatureApplyControl", {}, { control_net: ["CONTROL_NET", "typed.0"] }],
    lora: ["LoraLoaderModelOnly", {}, { model: ["MODEL", "base.0"] }],
    both: ["ConditioningCombine", {}, { a: ["CONDITIONING", "apply.0"], b: ["CONDITIONING", null] }],
    guide: ["CFGGuider", {}, { model: ["MODEL", "lora.0"], positive: ["CONDITIONING", "both.0"] }],
    sampler: ["SamplerCustomAdvanced", {}, { guider: ["GUIDER", "guide.0"] }],
  };
  expect(asked(changes)).toEqual([QUERY]);
});

test("a control on a model is asked for with that model", () => {
  const changes = {
    apply: ["ArmatureApplyControlToModel", {}, { model: ["MODEL", "base.0"], control_net: ["CONTROL_NET", "load.0"] }],
    sampler: ["KSampler", {}, { model: ["MODEL", "apply.0"] }],
  };
  expect(asked(changes)).toEqual([QUERY]);
});

test("every control of a stack is asked for once", () => {
  const inputs = { control_net_1: ["CONTROL_NET", "load.0"], control_net_2: ["CONTROL_NET", "load.0"], control_net_3: ["CONTROL_NET", "other.0"] };
  const changes = { apply: ["ArmatureApplyControlStack", {}, inputs], other: ["ControlNetLoader", { control_net_name: "b.safetensors" }] };
  expect(asked(changes).map((query) => new URLSearchParams(query).get("name"))).toEqual(["xl.safetensors", "b.safetensors"]);
});

test("the practice model needs no name", () => {
  expect(baseFile(node({ ...PLAIN, base: ["ArmatureLoadPracticeModel"] }))).toEqual(["practice", "practice.safetensors"]);
});

test.each([
  ["no sampler", { sampler: ["SaveLatent", {}, { positive: ["CONDITIONING", "apply.0"] }] }],
  ["an unknown loader", { base: ["SomeLoader", { name: "x" }] }],
  ["an unknown control", { load: ["SomeControlLoader", { name: "x" }] }],
  ["a merged model", { sampler: ["KSampler", {}, { model: ["MODEL", "merge.0"], positive: ["CONDITIONING", "apply.0"] }], merge: ["ModelMergeSimple", {}, { model1: ["MODEL", "base.0"], model2: ["MODEL", "base.0"] }] }],
  ["a file name from elsewhere", { base: ["CheckpointLoaderSimple", { ckpt_name: "sd.safetensors" }, { ckpt_name: ["STRING", "load.0"] }] }],
  ["two bases", { second: ["UNETLoader", { unet_name: "u.safetensors" }], again: ["KSampler", {}, { model: ["MODEL", "second.0"], positive: ["CONDITIONING", "apply.0"] }] }],
  ["a ring of types", { load: ["ArmatureUnionType", {}, { control_net: ["CONTROL_NET", "load.0"] }] }],
  ["a ring of models", { sampler: ["KSampler", {}, { model: ["MODEL", "lora.0"], positive: ["CONDITIONING", "apply.0"] }], lora: ["LoraLoaderModelOnly", {}, { model: ["MODEL", "lora.0"] }] }],
])("nothing is asked with %s", (_, changes) => {
  expect(asked(changes)).toEqual([]);
});

test("a node that is muted or bypassed is left alone", () => {
  const apply = node(PLAIN);
  apply.mode = 4;
  expect(queries(apply)).toEqual([]);
});

test("a control without a loader has no file", () => {
  expect(controlFile(node({ ...PLAIN, load: ["ArmatureLoadControl", {}] }), "control_net")).toBeNull();
});

const finding = (node, trouble) => ({ node, trouble, text: `${node} ${trouble}` });

test("an error comes before a warning", () => {
  expect(worst([finding("1", "window"), finding("1", "base")]).trouble).toBe("base");
  expect(worst([finding("1", "window"), finding("1", "inverted")]).trouble).toBe("window");
  expect(worst([])).toBeUndefined();
});

test("findings are sorted by their node", () => {
  const found = byNode([finding("1", "window"), finding("3:1", "base"), finding("1", "inverted")]);
  expect([...found.keys()]).toEqual(["1", "3:1"]);
  expect(found.get("1").map(({ trouble }) => trouble)).toEqual(["window", "inverted"]);
});

test("nothing is asked of a file that is not there", () => {
  const apply = node(PLAIN);
  const [name] = apply.graph.getNodeById("load").widgets;
  name.options.values = ["other.safetensors"];
  expect(controlFile(apply, "control_net")).toBeNull();
  name.options.values.push(name.value);
  expect(controlFile(apply, "control_net")).toBe("xl.safetensors");
});

test("a control in a subgraph is asked for with the base outside, and one outside with the sampler inside", () => {
  const { base, load, apply, sampler } = PLAIN;
  const [model, positive] = [["MODEL", "base.0"], ["CONDITIONING", "box.0"]];
  const inside = { nodes: { load, apply }, outputs: ["apply.0"] };
  const boxed = graph({ base, box: ["Box", {}, {}, inside], sampler: ["KSampler", {}, { model, positive }] }, { ...OUTPUTS, Box: ["CONDITIONING"] });
  expect(queries(boxed.getNodeById("box").subgraph.getNodeById("apply"))).toEqual([QUERY]);
  const sampling = { nodes: { sampler: ["KSampler", {}, { model: ["MODEL", "-10.0"], positive: ["CONDITIONING", "-10.1"] }] }, outputs: [] };
  expect(asked({ sampler: ["Box", {}, { model, positive: sampler[2].positive }, sampling] })).toEqual([QUERY]);
});

test("a control in a subgraph that is muted is left alone, unless the subgraph has another place", () => {
  const { base, load, apply } = PLAIN;
  const inside = { nodes: { load, apply }, outputs: ["apply.0"] };
  const sampled = (place) => ["KSampler", {}, { model: ["MODEL", "base.0"], positive: ["CONDITIONING", `${place}.0`] }];
  const boxes = { base, one: ["Box", {}, {}, inside], other: ["Box", {}, {}, inside], first: sampled("one"), second: sampled("other") };
  const boxed = graph(boxes, { ...OUTPUTS, Box: ["CONDITIONING"] });
  const [one, other] = ["one", "other"].map((id) => boxed.getNodeById(id));
  const inner = one.subgraph.getNodeById("apply");
  one.mode = 2;
  expect(queries(inner)).toEqual([QUERY]);
  other.mode = 4;
  expect(queries(inner)).toEqual([]);
});

test("a sampler that is muted asks for nothing", () => {
  const apply = node(PLAIN);
  apply.graph.getNodeById("sampler").mode = 2;
  expect(queries(apply)).toEqual([]);
});
