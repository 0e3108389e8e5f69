import { beforeEach, expect, test, vi } from "vitest";
import { Frame } from "../../web/js/frame.js";
import { History } from "../../web/js/store.js";
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

function pointer(type, { pointerId = 1, pointerType = "mouse", isPrimary = false, ...more } = {}) {
  const event = new MouseEvent(type, { button: 0, buttons: 1, clientX: 104, clientY: 54, bubbles: true, ...more });
  view.canvas.dispatchEvent(Object.assign(event, { pointerId, pointerType, isPrimary }));
}

const finger = (pointerId, type, clientX, clientY, more = {}) =>
  pointer(type, { pointerId, pointerType: "touch", clientX, clientY, ...more });

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

test("two fingers zoom and move the picture, whose places stay under them", () => {
  finger(1, "pointerdown", 150, 80);
  finger(2, "pointerdown", 170, 80);
  const held = [at(150, 80), at(170, 80)];
  finger(1, "pointermove", 140, 90);
  finger(2, "pointermove", 180, 90);
  expect([at(140, 90), at(180, 90)]).toEqual(held);
  expect(view.scale).toBeCloseTo(4);
  finger(2, "pointerup", 180, 90);
  finger(1, "pointermove", 100, 90); // the one that is left draws nothing
  finger(1, "pointerup", 100, 90);
  expect([painter.down, painter.move, painter.up].map((one) => one.mock.calls.length)).toEqual([1, 0, 1]);
  finger(3, "pointerdown", 150, 80);
  expect(painter.down).toHaveBeenCalledTimes(2);
});

test("what the first of two fingers drew is taken back for good", () => {
  const history = (frame.handlers.history = new History(0));
  const ended = () => [painter.retract.mock.calls.length, painter.up.mock.calls.length];
  painter.retract = vi.fn(() => expect(ended()).toEqual([1, 1])); // before the end of the drag
  painter.up.mockImplementation(() => history.push(history.value + 1));
  finger(1, "pointerdown", 150, 80);
  finger(1, "pointerup", 150, 80);
  finger(1, "pointerdown", 150, 80);
  finger(2, "pointerdown", 170, 80);
  expect([history.value, history.future, ended()]).toEqual([1, [], [1, 2]]);
});

test("a palm beside the pen neither draws nor ends the line", () => {
  pointer("pointerdown", { pointerType: "pen" });
  finger(2, "pointerdown", 150, 80);
  finger(3, "pointerdown", 170, 80);
  finger(2, "pointermove", 160, 80);
  finger(2, "pointerup", 160, 80);
  pointer("pointermove", { clientX: 114 });
  pointer("pointerup");
  expect([painter.down, painter.move, painter.up].map((one) => one.mock.calls.length)).toEqual([1, 1, 1]);
});

test("an editor with a use of its own for the wheel is not zoomed by fingers", () => {
  const chart = new View(new Frame({ label: "Chart", onWheel: () => true }), painter);
  view = chart;
  finger(1, "pointerdown", 150, 80);
  finger(2, "pointerdown", 170, 80);
  finger(1, "pointermove", 140, 80);
  expect(chart.scale).toBe(1);
  expect([painter.down, painter.move].map((one) => one.mock.calls.length)).toEqual([1, 1]);
});

test("a finger that was lifted elsewhere is forgotten when the next one comes", () => {
  finger(1, "pointerdown", 150, 80, { isPrimary: true });
  finger(2, "pointerdown", 170, 80);
  finger(3, "pointerdown", 150, 80, { isPrimary: true });
  finger(3, "pointermove", 160, 80);
  finger(3, "pointerup", 160, 80);
  expect([painter.down, painter.move].map((one) => one.mock.calls.length)).toEqual([2, 1]);
});
