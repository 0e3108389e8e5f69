// @ts-check
/** What the browser knows of a graph's controls while it is edited, and how findings are told. */

/**
 * A finding of the server, as host/checking/checks.py makes it.
 * @typedef {{ node: string, trouble: "file" | "base" | "inverted" | "photograph" | "window", text: string }} Finding
 */

/**
 * How nodes are connected: what is linked to an input, and what an output is linked to.
 * @typedef {{ upstream: (node: any, input: string) => any, downstream: (node: any, output: number) => any[] }} Links
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
const ALWAYS = 0; // the mode of a node that is neither muted nor bypassed

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

/**
 * The value of a widget, undefined where it has none, where something is linked to it, and where it names a file that is
 * not there: the server would answer 404, which browsers report as an error.
 * @param {any} node @param {string} name @param {Links} links
 */
function literal(node, name, links) {
  if (links.upstream(node, name)) return undefined;
  const widget = node.widgets?.find((/** @type {any} */ one) => one.name === name);
  const offered = widget?.options?.values;
  return Array.isArray(offered) && !offered.includes(widget.value) ? undefined : widget?.value;
}

/** The file that is loaded for an input of an Apply node; null where it cannot be known. @param {any} node @param {string} input @param {Links} links @returns {string | null} */
export function controlFile(node, input, links) {
  const seen = new Set(); // nodes may be linked in a ring
  let source = links.upstream(node, input);
  while (source && TYPED.includes(source.type) && !seen.has(source)) {
    seen.add(source);
    source = links.upstream(source, "control_net");
  }
  const widget = LOADERS[/** @type {keyof typeof LOADERS} */ (source?.type)];
  return (widget && literal(source, widget, links)) || null;
}

/** [folder, name] of the base model that is sampled with a node's output; null where it cannot be known, or there are several. @param {any} node @param {Links} links @returns {[string, string] | null} */
export function baseFile(node, links) {
  const found = new Map();
  for (const sampler of samplers(node, links)) {
    const file = loadedBy(sampler, links);
    if (!file) return null;
    found.set(file.join("/"), file);
  }
  return found.size === 1 ? found.values().next().value : null;
}

/** @param {any} node @param {Links} links */
function samplers(node, links) {
  const seen = new Set([node]);
  for (const current of seen) {
    if (SAMPLERS.includes(current.type)) continue;
    current.outputs?.forEach((/** @type {any} */ { type }, /** @type {number} */ output) => {
      if (CARRIED.includes(type)) links.downstream(current, output).forEach((reader) => reader && seen.add(reader));
    });
  }
  return [...seen].filter(({ type }) => SAMPLERS.includes(type));
}

/** @param {any} node @param {Links} links @returns {[string, string] | null} */
function loadedBy(node, links) {
  const seen = new Set();
  for (let source = node; source && !seen.has(source); ) {
    seen.add(source);
    const base = BASES[/** @type {keyof typeof BASES} */ (source.type)];
    if (base) {
      const name = base[1] ? literal(source, base[1], links) : PRACTICE;
      return typeof name === "string" ? [/** @type {string} */ (base[0]), name] : null;
    }
    const inputs = source.inputs?.filter((/** @type {any} */ { type }) => type === "MODEL" || type === "GUIDER") ?? [];
    source = inputs.length === 1 ? links.upstream(source, inputs[0].name) : null;
  }
  return null;
}

/**
 * What to ask the server of an Apply node, one query of /armature/v1/inspect for each control; none where nothing is known.
 * @param {any} node @param {Links} links @returns {string[]}
 */
export function queries(node, links) {
  const base = node.mode === ALWAYS ? baseFile(node, links) : null;
  if (!base) return [];
  const inputs = node.inputs.filter((/** @type {any} */ { type }) => type === "CONTROL_NET");
  const files = inputs.map((/** @type {any} */ { name }) => controlFile(node, name, links)).filter(Boolean);
  const asked = files.map((/** @type {string} */ name) => ({ folder: "controlnet", name, base_folder: base[0], base_name: base[1] }));
  return [...new Set(asked.map((/** @type {Record<string, string>} */ query) => String(new URLSearchParams(query))))];
}
