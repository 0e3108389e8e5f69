import { expect, test } from "vitest";
import { subject } from "../../web/js/subject.js";
import { graph } from "./graph.js";

test("what was told is out of date when a value or a link of its node changes, and not when the node moves", () => {
  const made = graph({
    load: ["ArmatureLoadControl", { name: "a.safetensors" }],
    photo: ["LoadImage"],
    apply: ["ArmatureApplyControl", { strength: 1 }, { control_net: ["CONTROL_NET", "load.0"], image: ["IMAGE", null] }],
  });
  const [load, photo, apply] = made.nodes;
  const before = subject(apply);
  apply.pos = [500, 500];
  apply.widgets.push({ name: "armature_status", value: "x", serialize: false });
  expect(subject(apply)).toBe(before);
  load.widgets[0].value = "b.safetensors";
  const renamed = subject(apply);
  expect(renamed).not.toBe(before);
  made.links.set(9, { id: 9, origin_id: photo.id, origin_slot: 0, target_id: apply.id, target_slot: 1 });
  expect(subject(apply)).not.toBe(renamed);
});
