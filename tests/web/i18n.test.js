import { expect, test, vi } from "vitest";
import { loadTexts, t } from "../../web/js/i18n.js";
import { api, app } from "./comfyui.js";

const speak = (language) => vi.spyOn(app.extensionManager.setting, "get").mockReturnValue(language);

test("English asks the server nothing and fills what is given", async () => {
  const asked = vi.spyOn(api, "fetchApi");
  speak("en");
  await loadTexts();
  expect(asked).not.toHaveBeenCalled();
  expect(t("{0} of {1} points", 3, 18)).toBe("3 of 18 points");
});

test("a count has a form for one and a form for others, and a language without plural has one form", async () => {
  const strokes = (count) => t("{0} stroke | {0} strokes", count);
  speak("en");
  expect([0, 1, 2].map(strokes)).toEqual(["0 strokes", "1 stroke", "2 strokes"]);
  const texts = { ja: { armature: { "{0} stroke | {0} strokes": "{0} 本の線" } } };
  vi.spyOn(api, "fetchApi").mockResolvedValue(Response.json(texts));
  speak("ja");
  await loadTexts();
  expect([1, 2].map(strokes)).toEqual(["1 本の線", "2 本の線"]);
});

test.each(["ja", "ja-JP"])("another language has its texts, and English where one is missing: %s", async (language) => {
  const texts = { ja: { armature: { Undo: "元に戻す" } } };
  vi.spyOn(api, "fetchApi").mockResolvedValue(Response.json(texts));
  speak(language);
  await loadTexts();
  expect([t("Undo"), t("Redo")]).toEqual(["元に戻す", "Redo"]);
});

test("a server without texts leaves English", async () => {
  vi.spyOn(api, "fetchApi").mockRejectedValue(new TypeError("no connection"));
  speak("fr");
  await loadTexts();
  expect(t("Undo")).toBe("Undo");
});
