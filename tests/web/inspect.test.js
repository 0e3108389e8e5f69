import { expect, test, vi } from "vitest";
import { controlAfter, layoutOf } from "../../web/js/blocks/control.js";
import { ask } from "../../web/js/inspect.js";
import { api } from "./comfyui.js";
import { graph } from "./graph.js";

test("the server is asked once between runs, whoever asks", async () => {
  const fetched = vi.spyOn(api, "fetchApi").mockImplementation(async () => Response.json({ blocks: "skip 0..1" }));
  const query = "folder=controlnet&name=a.safetensors";
  expect(await ask(query)).toEqual({ blocks: "skip 0..1" });
  expect(await layoutOf("a.safetensors", [])).toEqual({ title: "a.safetensors", arch: "skip 0..1", presets: { flat: [1, 1] } });
  expect(fetched).toHaveBeenCalledExactlyOnceWith(`/armature/v1/inspect?${query}`);
  api.dispatch("execution_start");
  await ask(query);
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("the control that weights go to is the one that is loaded, unless its file is not there", () => {
  const made = graph({
    load: ["ArmatureLoadControl", { name: "a.safetensors" }],
    typed: ["ArmatureUnionType", {}, { control_net: ["CONTROL_NET", "load.0"] }],
    weights: ["ArmatureBlockBars"],
    apply: ["ArmatureApplyControl", {}, { control_net: ["CONTROL_NET", "typed.0"], weights: ["WEIGHTS", "weights.0"] }],
  });
  const [name] = made.getNodeById("load").widgets;
  expect(controlAfter(made.getNodeById("weights"))).toBe("a.safetensors");
  name.options.values = ["b.safetensors"];
  expect(controlAfter(made.getNodeById("weights"))).toBeNull();
});
