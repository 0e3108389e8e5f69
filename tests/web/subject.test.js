import { expect, test } from "vitest";
import { subject } from "../../web/js/subject.js";

test("what was told is out of date when a value or a link of its node changes, and not when the node moves", () => {
  const load = { id: 1, type: "ArmatureLoadControl", widgets: [{ name: "name", value: "a.safetensors" }] };
  const sources = { control_net: load };
  const apply = { id: 2, inputs: [{ name: "control_net" }, { name: "image" }], widgets: [{ name: "strength", value: 1 }] };
  const now = () => subject(apply, (node, input) => sources[input] ?? null);
  const before = now();
  apply.pos = [500, 500];
  apply.widgets.push({ name: "armature_status", value: "x", serialize: false });
  expect(now()).toBe(before);
  load.widgets[0].value = "b.safetensors";
  const renamed = now();
  expect(renamed).not.toBe(before);
  sources.image = { id: 3, type: "LoadImage" };
  expect(now()).not.toBe(renamed);
});
