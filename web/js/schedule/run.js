// @ts-check
/** The run that a schedule is for, as far as the graph tells. */

import { onward, upstream, valueOf } from "../links.js";

/**
 * The steps of the nearest sampler behind a node, null where there is none.
 * @param {ComfyNode} node
 * @returns {number | null}
 */
export function stepsAfter(node) {
  for (const next of onward(node)) {
    const steps = stepsIn(next) ?? stepsIn(upstream(next, "sigmas"));
    if (steps) return steps;
  }
  return null;
}

/** @param {ComfyNode | null} node @returns {number | null} */
function stepsIn(node) {
  const steps = node ? Number(valueOf(node, "steps")) : 0;
  if (!node || !(steps >= 1)) return null;
  const first = Number(valueOf(node, "start_at_step") ?? 0);
  const end = Math.min(Number(valueOf(node, "end_at_step") ?? steps), steps);
  return end > first ? end - first : null;
}
