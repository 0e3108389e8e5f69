// @ts-check
/** The control model that weights are for, as far as the graph tells. */

import { ask } from "../inspect.js";
import { backward, chosen, onward, source } from "../links.js";
import { placesOf } from "./model.js";

const SOCKET = "CONTROL_NET";

/**
 * The file of the control that a node's weights go to, null where it cannot be told.
 * @param {ComfyNode} node
 * @returns {string | null}
 */
export function controlAfter(node) {
  for (const next of onward(node)) {
    const control = [...backward(source(next, SOCKET), (one) => source(one, SOCKET))].at(-1);
    const name = control && (chosen(control, "name") ?? chosen(control, "control_net_name"));
    if (typeof name === "string") return name;
  }
  return null;
}

/**
 * Where the control of a file acts, as the server reads its header; null where it does not tell.
 * @param {string} name
 * @param {import("./model.js").Layout[]} layouts  those that are known by a title
 * @returns {Promise<import("./model.js").Layout | null>}
 */
export async function layoutOf(name, layouts) {
  const arch = (await ask(String(new URLSearchParams({ folder: "controlnet", name }))))?.blocks;
  if (!arch) return null;
  const flat = placesOf(arch).map(() => 1);
  return layouts.find((one) => one.arch === arch) ?? { title: name, arch, presets: { flat } };
}
