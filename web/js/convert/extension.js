// @ts-check
/** Rewrites the open workflow with this pack's nodes: the result in a tab of its own, and what was ignored. */

import * as host from "../host.js";
import { t } from "../i18n.js";
import { button, element, styles } from "../ui.js";
import { sorted } from "./model.js";

const COMMAND = "Armature.Convert";
const COMMAND_CORE = "Armature.ConvertAll";
const label = () => t("Convert to Armature");
const labelCore = () => t("Convert to Armature, ComfyUI's control nodes too");

host.extend("convert", {
  setup: styles,
  commands: [
    { id: COMMAND, label, function: () => convert(false) },
    { id: COMMAND_CORE, label: labelCore, function: () => convert(true) },
  ],
  menuCommands: [{ path: ["Extensions", "Armature"], commands: [COMMAND, COMMAND_CORE] }],
  getCanvasMenuItems: () => [
    null,
    { content: label(), callback: () => convert(false) },
    { content: labelCore(), callback: () => convert(true) },
  ],
});

/** @param {boolean} core */
async function convert(core) {
  const answer = await host.postJSON("/armature/v1/convert", { workflow: host.workflow(), core });
  if (!answer?.report) {
    host.toast("error", label(), answer?.error ?? t("This server cannot convert workflows."));
  } else if (!answer.report.length) {
    host.toast("info", label(), t("No node of this workflow has to be converted."));
  } else {
    await host.openWorkflow(answer.workflow, `${host.workflowName()}.armature`);
    tell(answer.report);
  }
}

/** @param {string[]} report */
function tell(report) {
  const { made, notes } = sorted(report);
  const converted = t("{0} node converted | {0} nodes converted", made.length);
  const noted = t("{0} note | {0} notes", notes.length);
  const lines = (/** @type {string[]} */ texts, /** @type {string} */ style) =>
    element("ul", {}, ...texts.map((text) => element("li", { class: style }, text)));
  const dialog = element(
    "dialog",
    { class: "armature-report", "aria-label": label() },
    element("h2", {}, [converted, noted].join(", ")),
    lines(notes, "armature-ignored"),
    lines(made, "armature-converted"),
    button({ title: t("Close"), text: t("Close"), onclick: () => dialog.close() }),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
