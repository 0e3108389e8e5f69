import { expect, test, vi } from "vitest";
import * as ui from "../../web/js/ui.js";

test("every control names itself to the eye and to screen readers", () => {
  const nothing = () => {};
  const controls = [
    ui.button({ title: "A", icon: "undo", onclick: nothing }),
    ui.select({ title: "A", choices: [["x", "X"]], value: "x", onchange: nothing }),
    ui.slider({ title: "A", min: 0, max: 1, value: 0 }),
    ui.number({ title: "A", min: 0, max: 1, value: 0, onchange: nothing }),
    ui.swatch({ title: "A", value: "#000000", oninput: nothing }),
  ];
  for (const control of controls) expect([control.title, control.getAttribute("aria-label")]).toEqual(["A", "A"]);
});

test("a number stays in its limits", () => {
  const onchange = vi.fn();
  const number = ui.number({ title: "A", min: 64, max: 512, value: 128, onchange });
  number.value = "9999";
  number.dispatchEvent(new Event("change"));
  expect(onchange).toHaveBeenCalledWith(512);
});

test("a menu opens with what holds now, and by keyboard", () => {
  const chosen = vi.fn();
  const items = vi.fn(() => [{ text: "One", onclick: chosen }, null, { text: "Two", checked: true, onclick: chosen }]);
  const menu = ui.menu({ title: "More", icon: "more", items });
  document.body.replaceChildren(menu);
  const opener = menu.querySelector("button");
  opener.click();
  expect(opener.getAttribute("aria-expanded")).toBe("true");
  expect(document.activeElement.textContent).toBe("One");
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  expect(document.activeElement.getAttribute("aria-checked")).toBe("true");
  document.activeElement.click();
  expect([chosen.mock.calls.length, opener.getAttribute("aria-expanded")]).toEqual([1, "false"]);
  opener.click();
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(opener.getAttribute("aria-expanded")).toBe("false");
});

test("a switch tells whether it is on", () => {
  const button = ui.button({ title: "A", pressed: false, onclick: () => {} });
  ui.press(button, true);
  expect(button.getAttribute("aria-pressed")).toBe("true");
});
