// @ts-check
/** The pose editor in its node. */

import { follow, widget } from "../host.js";
import { PoseEditor } from "./editor.js";

/** @type {WeakMap<object, PoseEditor>} */
const editors = new WeakMap();

widget({
  type: "ARMATURE_POSE",
  minWidth: 360,
  minHeight: 440,
  make(seat) {
    const editor = new PoseEditor(seat);
    editors.set(seat.node, editor);
    return editor;
  },
});

follow("ArmaturePoseEditor", {
  configured: (node) => editors.get(node)?.lookBehind(),
  connected: (node) => setTimeout(() => editors.get(node)?.lookBehind(), 100), // the linked image may come late
  executed: (node, output) => editors.get(node)?.executed(output),
});
