import { expect, test } from "vitest";

import { sayAnew } from "../../web/js/tooltips/model.js";

test("tooltips of a method's options are said anew, and of nothing else", () => {
  const option = { required: { low: ["INT", { tooltip: "Low." }] }, optional: { mask: ["MASK", {}] } };
  const inputs = {
    required: {
      image: ["IMAGE", { tooltip: "Image." }],
      method: ["COMFY_DYNAMICCOMBO_V3", { tooltip: "Which.", options: [{ key: "Canny", inputs: option }] }],
      batch: ["COMBO", { options: ["cycle", "hold"] }],
      old: [["a", "b"]],
    },
  };
  sayAnew(inputs, (text) => `${text}!`);
  expect(option.required.low[1].tooltip).toBe("Low.!");
  expect(inputs.required.method[1].tooltip).toBe("Which.");
  expect(inputs.required.image[1].tooltip).toBe("Image.");
});
