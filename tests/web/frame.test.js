import { beforeEach, expect, test, vi } from "vitest";
import { Frame } from "../../web/js/frame.js";
import { History } from "../../web/js/store.js";
import { app } from "./comfyui.js";

let history, frame, handlers;

beforeEach(() => {
  LiteGraph.vueNodesMode = false;
  app.canvas.passed.length = 0;
  history = new History(0);
  handlers = { label: "Editor", history, onStep: vi.fn(), onKey: vi.fn(), onWheel: vi.fn(), onCopy: () => "text", onPaste: vi.fn() };
  frame = new Frame(handlers);
  document.body.replaceChildren(frame.root);
});

function press(key, options = {}, target = frame.keys) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  target.dispatchEvent(event);
  return event;
}

function pointer(type, button, target = frame.stage) {
  const event = new MouseEvent(type, { button, buttons: button === 1 ? 4 : 1, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
}

test("a click on the stage takes the keyboard and stays from the graph", () => {
  const heard = vi.fn();
  document.body.addEventListener("pointerdown", heard, { once: true });
  pointer("pointerdown", 0);
  expect(document.activeElement).toBe(frame.keys);
  expect(heard).not.toHaveBeenCalled();
});

test("the middle button drags the graph", () => {
  for (const type of ["pointerdown", "pointermove", "pointerup"]) pointer(type, 1);
  expect(app.canvas.passed).toEqual(["pointerdown", "pointermove", "pointerup"]);
});

test.each([
  [{ ctrlKey: true }, "z", "y"],
  [{ metaKey: true }, "z", "y"],
])("undo and redo are the editor's own with %o", (held, back, forth) => {
  history.push(1);
  expect(press(back, held).defaultPrevented).toBe(true);
  expect(history.value).toBe(0);
  press(forth, held);
  press(back, held);
  press(back, { ...held, shiftKey: true });
  expect(history.value).toBe(1);
  expect(handlers.onStep).toHaveBeenCalledTimes(4);
});

test("a key that the editor uses goes no further, others do", () => {
  const heard = vi.fn();
  window.addEventListener("keydown", heard);
  handlers.onKey.mockImplementation((event) => event.key === "Delete");
  press("Delete");
  expect(heard).not.toHaveBeenCalled();
  press("F5");
  expect(heard).toHaveBeenCalledOnce();
  window.removeEventListener("keydown", heard);
});

test("Delete on a button does not reach the graph", () => {
  const heard = vi.fn();
  window.addEventListener("keydown", heard);
  press("Delete", {}, frame.expandButton);
  expect(heard).not.toHaveBeenCalled();
  window.removeEventListener("keydown", heard);
});

test("the wheel is the editor's with focus and the graph's without", () => {
  handlers.onWheel.mockReturnValue(true);
  const turn = () => frame.stage.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true }));
  turn();
  expect([handlers.onWheel.mock.calls.length, app.canvas.passed]).toEqual([0, ["wheel"]]);
  frame.focus();
  turn();
  expect([handlers.onWheel.mock.calls.length, app.canvas.passed]).toEqual([1, ["wheel"]]);
});

test("copy and paste are text", () => {
  const data = { setData: vi.fn(), getData: () => "pasted", files: [] };
  for (const type of ["copy", "paste"]) {
    const event = new Event(type, { bubbles: true, cancelable: true });
    frame.keys.dispatchEvent(Object.assign(event, { clipboardData: data }));
  }
  expect(data.setData).toHaveBeenCalledWith("text/plain", "text");
  expect(handlers.onPaste).toHaveBeenCalledWith("pasted");
});

test("the full screen holds the same editor and gives it back", () => {
  const { body } = frame;
  frame.expand();
  expect(frame.expanded && document.querySelector("dialog").contains(body)).toBe(true);
  frame.expandButton.click();
  expect(frame.expanded).toBe(false);
  expect(frame.root.contains(body)).toBe(true);
  expect(document.querySelector("dialog")).toBe(null);
});

test("buttons of undo and redo tell whether there is a step", () => {
  expect([frame.undoButton.disabled, frame.redoButton.disabled]).toEqual([true, true]);
  history.push(1);
  frame.refresh();
  frame.undoButton.click();
  expect([frame.undoButton.disabled, frame.redoButton.disabled]).toEqual([true, false]);
});

test("the status is a live region and the keyboard's input has a name", () => {
  frame.say("left wrist 4, 2");
  expect(frame.status.getAttribute("aria-live")).toBe("polite");
  expect([frame.status.textContent, frame.keys.getAttribute("aria-label")]).toEqual(["left wrist 4, 2", "Editor"]);
});

test("a line of text stands under the stage and tells what was typed", () => {
  const typed = [];
  const line = frame.line("As text", (text) => typed.push(text));
  expect([line.title, line.getAttribute("aria-label"), line.nextElementSibling]).toEqual(["As text", "As text", frame.footer]);
  expect(frame.stage.contains(frame.banner)).toBe(true); // what is wrong with the text is not told over it
  line.value = "1, 2";
  line.dispatchEvent(new Event("change"));
  expect(typed).toEqual(["1, 2"]);
});

test("fingers that move in an editor are no business of the graph", () => {
  const graph = document.createElement("div");
  const heard = vi.fn();
  graph.addEventListener("touchmove", heard, true);
  graph.append(frame.root, document.createElement("p"));
  document.body.append(graph);
  frame.stage.dispatchEvent(new Event("touchmove", { bubbles: true }));
  expect(heard).not.toHaveBeenCalled();
  graph.lastChild.dispatchEvent(new Event("touchmove", { bubbles: true }));
  expect(heard).toHaveBeenCalledOnce();
});
