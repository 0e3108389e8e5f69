import { expect, test } from "vitest";
import { baseFile, byNode, controlFile, queries, worst } from "../../web/js/warnings/model.js";

/** A graph of { id: [type, widgets, inputs] }; inputs are { name: [type, source] }, outputs what a type gives. */
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

function graph(entries) {
  const nodes = Object.fromEntries(
    Object.entries(entries).map(([id, [type, widgets = {}, inputs = {}]]) => [
      id,
      {
        id,
        type,
        mode: 0,
        widgets: Object.entries(widgets).map(([name, value]) => ({ name, value })),
        inputs: Object.entries(inputs).map(([name, [kind, source]]) => ({ name, type: kind, source })),
        outputs: (OUTPUTS[type] ?? []).map((kind) => ({ type: kind })),
      },
    ]),
  );
  const at = (source) => nodes[String(source ?? "").split(".")[0]] ?? null;
  const links = {
    upstream: (node, name) => at(node.inputs.find((input) => input.name === name)?.source),
    downstream: (node, output) =>
      Object.values(nodes).filter(({ inputs }) => inputs.some(({ source }) => source === `${node.id}.${output}`)),
  };
  return { nodes, links };
}

const PLAIN = {
  base: ["CheckpointLoaderSimple", { ckpt_name: "sd.safetensors" }],
  load: ["ArmatureLoadControl", { name: "xl.safetensors" }],
  apply: ["ArmatureApplyControl", { strength: 1 }, { control_net: ["CONTROL_NET", "load.0"], image: ["IMAGE", null] }],
  sampler: ["KSampler", {}, { model: ["MODEL", "base.0"], positive: ["CONDITIONING", "apply.0"] }],
};
const asked = (changes = {}, at = "apply") => {
  const { nodes, links } = graph({ ...PLAIN, ...changes });
  return queries(nodes[at], links);
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
  const { nodes, links } = graph({ ...PLAIN, base: ["ArmatureLoadPracticeModel"] });
  expect(baseFile(nodes.apply, links)).toEqual(["practice", "practice.safetensors"]);
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
  const { nodes, links } = graph(PLAIN);
  nodes.apply.mode = 4;
  expect(queries(nodes.apply, links)).toEqual([]);
});

test("a control without a loader has no file", () => {
  const { nodes, links } = graph({ ...PLAIN, load: ["ArmatureLoadControl", {}] });
  expect(controlFile(nodes.apply, "control_net", links)).toBeNull();
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
  const node = { type: "ArmatureLoadControl", widgets: [{ name: "name", value: "gone", options: { values: ["here"] } }] };
  const apply = { type: "ArmatureApplyControl" };
  const links = { upstream: (/** @type {any} */ at) => (at === apply ? node : null), downstream: () => [] };
  expect(controlFile(apply, "control_net", links)).toBeNull();
  node.widgets[0].value = "here";
  expect(controlFile(apply, "control_net", links)).toBe("here");
});
