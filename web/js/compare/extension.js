// @ts-check
import { follow, outputs, widget } from "../host.js";
import { CompareView } from "./editor.js";

/** @type {WeakMap<ComfyNode, CompareView>} */
const views = new WeakMap();

widget({
  type: "ARMATURE_COMPARE",
  make(seat) {
    const view = new CompareView(seat);
    views.set(seat.node, view);
    return view;
  },
  minWidth: 420,
  minHeight: 420,
  sent: false,
});

/** @param {ComfyNode} node @param {Record<string, any> | null} output */
function show(node, output) {
  if (output?.armature) views.get(node)?.show(output.armature);
}

follow("ArmatureCompare", { executed: show, configured: (node) => show(node, outputs(node)) });
