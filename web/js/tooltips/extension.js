// @ts-check

import { extend } from "../host.js";
import { t } from "../i18n.js";
import { sayAnew } from "./model.js";

extend("tooltips", {
  beforeRegisterNodeDef(_, definition) {
    if (definition.name.startsWith("Armature")) sayAnew(definition.input ?? {}, (text) => t(text));
  },
});
