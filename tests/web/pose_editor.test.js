import { beforeEach, expect, test, vi } from "vitest";
import { PoseEditor } from "../../web/js/pose/editor.js";
import { toasts } from "./comfyui.js";

let editor, seat;

beforeEach(() => {
  toasts.length = 0;
  seat = { node: { inputs: [] }, name: "pose", options: {}, commit: vi.fn() };
  editor = new PoseEditor(seat);
  document.body.replaceChildren(editor.root);
  editor.frame.focus();
});

const press = (key, held = {}) =>
  editor.frame.keys.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held }));
const body = () => editor.value.people[0].body.split(" ");
const said = () => editor.frame.status.textContent;

test("a person is added, undone and done again", () => {
  press("n");
  expect(editor.value.people.length).toBe(1);
  press("z", { ctrlKey: true });
  expect(editor.value.people.length).toBe(0);
  press("y", { ctrlKey: true });
  expect(editor.value.people.length).toBe(1);
  expect(seat.commit).toHaveBeenCalledTimes(3);
});

test("Tab goes from point to point and leaves after the last", () => {
  press("n");
  press("Escape");
  press("Tab");
  expect(said()).toContain("nose");
  press("Tab");
  expect(said()).toContain("neck");
  press("Tab", { shiftKey: true });
  expect(said()).toContain("nose");
  expect(press("Tab", { shiftKey: true })).toBe(true);
});

test("arrows move by 1, with Shift by 10, as one step to undo", () => {
  press("n");
  press("Escape");
  press("Tab");
  const [x, y] = body()[0].split(",").map(Number);
  press("ArrowRight");
  press("ArrowDown", { shiftKey: true });
  expect(body()[0]).toBe(`${x + 1},${y + 10}`);
  expect(said()).toBe(`nose ${x + 1}, ${y + 10}`);
  press("z", { ctrlKey: true });
  expect(body()[0]).toBe(`${x},${y}`);
});

test("H hides a point and Delete takes it away", () => {
  press("n");
  press("Escape");
  press("Tab");
  press("h");
  expect([body()[0].endsWith("?"), said().endsWith("(hidden)")]).toEqual([true, true]);
  press("Delete");
  expect(body()[0]).toBe("-");
});

test("people are copied as OpenPose's JSON and pasted beside themselves", () => {
  press("n");
  const text = editor.copied();
  expect(JSON.parse(text).people[0].pose_keypoints_2d.length).toBe(54);
  editor.paste(text);
  expect(editor.value.people.length).toBe(2);
  expect(editor.value.people[1].body).not.toBe(editor.value.people[0].body);
  editor.cut();
  expect(editor.value.people.length).toBe(1);
});

test("text that is no pose is told and changes nothing", () => {
  editor.paste("hello");
  expect([editor.frame.banner.hidden, editor.value.people.length]).toEqual([false, 0]);
});

test("a file of keypoints becomes the scene", async () => {
  press("n");
  const text = editor.copied().replace('"canvas_width":512', '"canvas_width":640');
  await editor.file({ type: "application/json", text: async () => text });
  expect([editor.value.size, editor.value.people.length]).toEqual([[640, 768], 1]);
});

test("the keypoints of a run can be taken over", () => {
  press("n");
  const frame = JSON.parse(editor.copied());
  press("Delete");
  expect(editor.value.people.length).toBe(0);
  editor.executed({ armature_pose: [frame] });
  editor.moreItems().find((item) => item?.text.includes("last run")).onclick();
  expect(editor.value.people.length).toBe(1);
});

test("a drag of a wrist takes the hand along; with Alt it does not", () => {
  press("n");
  editor.togglePart("rh");
  const points = (part, index) => editor.value.people[0][part].split(" ")[index].split(",").map(Number);
  for (const altKey of [false, true]) {
    press("Escape");
    const [x, y] = points("body", 4);
    const tip = points("rh", 8);
    editor.down({ x, y }, { altKey });
    editor.move({ x: x - 20, y: y + 5 }, {});
    editor.up();
    expect(points("body", 4)).toEqual([x - 20, y + 5]);
    expect(points("rh", 8)).toEqual(altKey ? tip : [tip[0] - 20, tip[1] + 5]);
  }
});

test("a drag over the ground chooses the points inside", () => {
  press("n");
  press("Escape");
  editor.down({ x: 0, y: 0 }, {});
  editor.move({ x: 512, y: 768 }, {});
  editor.up();
  expect(editor.chosen.size).toBe(18);
  expect(said()).toBe("18 points chosen");
});

test("loading another value begins anew", () => {
  press("n");
  const { value } = editor;
  const other = new PoseEditor(seat);
  other.load(value);
  expect(other.value).toEqual(value);
  expect(other.history.undo()).toBe(false);
});
