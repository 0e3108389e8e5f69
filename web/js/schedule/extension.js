// @ts-check
import { widget } from "../host.js";
import { CurveEditor } from "./editor.js";

widget({ type: "ARMATURE_SCHEDULE_CURVE", make: (seat) => new CurveEditor(seat), minWidth: 400, minHeight: 300 });
