// @ts-check
/** Tooltips of the options of methods: ComfyUI's frontend translates those of a node's own inputs alone. */

/** Says the tooltips of all options of a node's methods anew. @param {ComfyInputs} inputs @param {(text: string) => string} say */
export function sayAnew(inputs, say) {
  for (const [, options] of Object.values(inputs).flatMap(Object.values)) {
    for (const choice of choices(options)) {
      for (const [, given] of Object.values(choice.inputs).flatMap(Object.values)) {
        if (given?.tooltip) given.tooltip = say(given.tooltip);
      }
    }
  }
}

/** The choices of a method. @param {Record<string, any> | undefined} options @returns {{ inputs: ComfyInputs }[]} */
function choices(options) {
  return (options?.options ?? []).filter((/** @type {any} */ one) => one?.inputs);
}
