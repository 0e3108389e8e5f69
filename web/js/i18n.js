// @ts-check
/** The user's language: texts from locales/<language>/main.json, key `armature`, by their English. */

import { extend, getJSON, locale } from "./host.js";

/** @type {Record<string, string>} */
let texts = {};

/**
 * The text in the user's language; {0}, {1} are replaced by what follows. Of "{0} line | {0} lines" the first form is for a
 * {0} of one, the last for others, as in vue-i18n; a language that has no plural gives one form.
 * @param {string} english @param {...(string | number)} given
 */
export function t(english, ...given) {
  const forms = (texts[english] ?? english).split(" | ");
  const form = given[0] === 1 ? forms[0] : forms[forms.length - 1];
  return given.reduce((/** @type {string} */ filled, one, index) => filled.replaceAll(`{${index}}`, String(one)), form);
}

/** Fetches the texts, once, unless the language is English. */
export async function loadTexts() {
  const language = locale();
  if (language.startsWith("en")) return;
  const all = await getJSON("/i18n");
  texts = all?.[language]?.armature ?? all?.[language.split("-")[0]]?.armature ?? {};
}

extend("i18n", { init: loadTexts });
