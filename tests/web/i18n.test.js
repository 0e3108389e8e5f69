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
