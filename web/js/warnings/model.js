// @ts-check
/** What the browser knows of a graph's controls while it is edited, and how findings are told. */

import { backward, chosen, downstream, runs, upstream } from "../links.js";

/**
 * A finding of the server, as host/checking/checks.py makes it.
 * @typedef {{ node: string, trouble: "file" | "base" | "inverted" | "photograph" | "window", text: string }} Finding
 */

/** The nodes that apply one control, and those that load one with the widget that names its file. */
export const APPLIES = ["ArmatureApplyControl", "ArmatureApplyControlToModel", "ArmatureApplyUnion", "ArmatureApplyControlStack"];
export const LOADERS = { ArmatureLoadControl: "name", ControlNetLoader: "control_net_name" };

const TYPED = ["ArmatureUnionType", "SetUnionControlNetType"];
const SAMPLERS = ["KSampler", "KSamplerAdvanced", "SamplerCustom", "SamplerCustomAdvanced"];
const BASES = {
  CheckpointLoaderSimple: ["checkpoints", "ckpt_name"],
  UNETLoader: ["diffusion_models", "unet_name"],
  ArmatureLoadPracticeModel: ["practice", null],
};
const PRACTICE = "practice.safetensors";
const CARRIED = ["CONDITIONING", "GUIDER", "MODEL"];

/** How bad each trouble is: an error stops the run. @type {Record<Finding["trouble"], "warn" | "error">} */
export const SEVERITY = { file: "error", base: "error", window: "warn", inverted: "warn", photograph: "warn" };

/** The finding that a badge with room for one shows: errors first. @param {Finding[]} findings @returns {Finding | undefined} */
export function worst(findings) {
  return findings.find(({ trouble }) => SEVERITY[trouble] === "error") ?? findings[0];
}

/** Findings by the id of their node. @param {Finding[]} findings @returns {Map<string, Finding[]>} */
export function byNode(findings) {
  const found = new Map();
  for (const finding of findings) found.set(finding.node, [...(found.get(finding.node) ?? []), finding]);
  return found;
}

/** The file that is loaded for an input of an Apply node; null where it cannot be known. @param {ComfyNode} node @param {string} input @returns {string | null} */
export function controlFile(node, input) {
  const typed = (/** @type {ComfyNode} */ one) => (TYPED.includes(one.type) ? upstream(one, "control_net") : null);
  const source = [...backward(upstream(node, input), typed)].at(-1);
  const widget = LOADERS[/** @type {keyof typeof LOADERS} */ (source?.type)];
  return (source && widget && chosen(source, widget)) || null;
}

/** [folder, name] of the base model that is sampled with a node's output; null where it cannot be known, or there are several. @param {ComfyNode} node @returns {[string, string] | null} */
export function baseFile(node) {
  const found = new Map();
  for (const sampler of samplers(node)) {
    const file = loadedBy(sampler);
    if (!file) return null;
    found.set(file.join("/"), file);
  }
  return found.size === 1 ? found.values().next().value : null;
}

/** @param {ComfyNode} node */
function samplers(node) {
  const seen = new Set([node]);
  for (const current of seen) {
    if (SAMPLERS.includes(current.type)) continue;
    current.outputs.forEach(({ type }, output) => {
      if (CARRIED.includes(String(type))) downstream(current, output).forEach((reader) => seen.add(reader));
    });
  }
  return [...seen].filter((one) => SAMPLERS.includes(one.type) && runs(one));
}

/** @param {ComfyNode} node @returns {[string, string] | null} */
function loadedBy(node) {
  for (const source of backward(node, modelOf)) {
    const base = BASES[/** @type {keyof typeof BASES} */ (source.type)];
    if (base) {
      const name = base[1] ? chosen(source, base[1]) : PRACTICE;
      return typeof name === "string" ? [/** @type {string} */ (base[0]), name] : null;
    }
  }
  return null;
}

/** The node behind the only model or guider that a node takes. @param {ComfyNode} node */
function modelOf(node) {
  const inputs = node.inputs.filter(({ type }) => type === "MODEL" || type === "GUIDER");
  return inputs.length === 1 ? upstream(node, inputs[0].name) : null;
}

/**
 * What to ask the server of an Apply node, one query of /armature/v1/inspect for each control; none where nothing is known.
 * @param {ComfyNode} node @returns {string[]}
 */
export function queries(node) {
  const base = runs(node) ? baseFile(node) : null;
  if (!base) return [];
  const inputs = node.inputs.filter(({ type }) => type === "CONTROL_NET");
  const files = new Set(inputs.map(({ name }) => controlFile(node, name)).filter((name) => name !== null));
  const asked = [...files].map((name) => ({ folder: "controlnet", name, base_folder: base[0], base_name: base[1] }));
  return asked.map((query) => String(new URLSearchParams(query)));
}
