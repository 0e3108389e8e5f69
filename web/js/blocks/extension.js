// @ts-check
import { widget } from "../host.js";
import { BarsEditor } from "./editor.js";

widget({ type: "ARMATURE_BLOCK_BARS", make: (seat) => new BarsEditor(seat), minWidth: 460, minHeight: 300 });
