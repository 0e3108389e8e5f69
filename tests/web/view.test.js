import { beforeEach, expect, test, vi } from "vitest";
import { Frame } from "../../web/js/frame.js";
import { View } from "../../web/js/view.js";

let frame, view, painter;

/** A stage of 416 x 216, shown at half its size. */
beforeEach(() => {
  painter = { size: () => [200, 100], draw: vi.fn(), down: vi.fn(() => true), move: vi.fn(), up: vi.fn(), hover: vi.fn() };
  frame = new Frame({ label: "Editor" });
  view = new View(frame, painter);
  for (const element of [frame.stage, view.canvas]) {
    Object.defineProperty(element, "clientWidth", { value: 416 });
    Object.defineProperty(element, "clientHeight", { value: 216 });
  }
  view.canvas.getBoundingClientRect = () => ({ left: 100, top: 50, width: 208, height: 108 });
  view.fit();
});

const at = (clientX, clientY) => {
  const { x, y } = view.at({ clientX, clientY });
  return [Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000];
};

function pointer(type, more = {}) {
  const event = new MouseEvent(type, { button: 0, buttons: 1, clientX: 104, clientY: 54, bubbles: true, ...more });
  view.canvas.dispatchEvent(Object.assign(event, { pointerId: 1 }));
}

test("a fitted picture has the whole of it in the middle, at any zoom of the graph", () => {
  expect(view.scale).toBe(2);
  expect(at(104, 54)).toEqual([0, 0]);
  expect(at(304, 154)).toEqual([200, 100]);
});

test("zoom holds the place under the pointer", () => {
  const before = at(150, 70);
  view.zoom(3, { clientX: 150, clientY: 70 });
  expect(at(150, 70)).toEqual(before);
  expect(view.scale).toBe(6);
});

test("zoom has limits", () => {
  view.zoom(1e9);
  expect(view.scale).toBe(64);
  view.zoom(1e-9);
  expect(view.scale).toBe(0.05);
});

test("a drag is told from its start to its end", () => {
  pointer("pointerdown");
  pointer("pointermove", { clientX: 114 });
  pointer("pointerup");
  expect(painter.down.mock.calls[0][0]).toEqual({ x: 0, y: 0, pressure: 0.5 });
  expect(painter.move.mock.calls[0][0]).toEqual([{ x: 10, y: 0, pressure: 0.5 }]);
  expect(painter.up).toHaveBeenCalledOnce();
  pointer("pointermove", { buttons: 0 });
  expect(painter.hover).toHaveBeenCalledOnce();
});

test("other buttons and a drag that the editor does not want draw nothing", () => {
  pointer("pointerdown", { button: 2 });
  painter.down.mockReturnValue(false);
  pointer("pointerdown");
  pointer("pointermove");
  expect(painter.move).not.toHaveBeenCalled();
});

test("the space bar makes a drag move the view", () => {
  frame.space = true;
  pointer("pointerdown");
  expect(painter.down).not.toHaveBeenCalled();
  view.pan(20, 10);
  expect(at(104, 54)).toEqual([-10, -5]);
});
