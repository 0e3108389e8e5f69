// @ts-check
import { follow, viewURL, widget } from "../host.js";
import { SketchEditor } from "./editor.js";

/** @type {WeakMap<ComfyNode, SketchEditor>} */
const editors = new WeakMap();

widget({
  type: "ARMATURE_SKETCH",
  minWidth: 420,
  minHeight: 420,
  make: (seat) => {
    const editor = new SketchEditor(seat);
    editors.set(seat.node, editor);
    return editor;
  },
});

follow("ArmatureSketchEditor", {
  connected: (node) => editors.get(node)?.look(),
  configured: (node) => editors.get(node)?.look(),
  executed: (node, { armature = [] }) => {
    const shown = armature.find((/** @type {{ role: string }} */ { role }) => role === "background");
    editors.get(node)?.ran(shown ? viewURL(shown) : null);
  },
});
