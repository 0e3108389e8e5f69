import { expect, test } from "vitest";
import { History, known } from "../../web/js/store.js";

test("undo and redo walk the steps", () => {
  const history = new History(1);
  history.push(2);
  history.push(3);
  expect([history.undo(), history.value, history.undo(), history.value, history.undo()]).toEqual([true, 2, true, 1, false]);
  expect([history.redo(), history.value]).toEqual([true, 2]);
  history.push(4);
  expect([history.redo(), history.value]).toEqual([false, 4]);
});

test("steps of one key become one, until sealed, undone or another key comes", () => {
  const history = new History(0);
  for (const value of [1, 2, 3]) history.push(value, "nudge");
  history.seal();
  history.push(4, "nudge");
  history.undo();
  expect(history.value).toBe(3);
  history.undo();
  expect(history.value).toBe(0);
  history.redo();
  history.push(5, "nudge");
  history.undo();
  expect(history.value).toBe(3);
});

test("the same value is no step", () => {
  const value = { v: 1 };
  const history = new History(value);
  history.push(value);
  expect(history.undo()).toBe(false);
});

test("the past has an end", () => {
  const history = new History(0);
  for (let i = 1; i <= 500; i++) history.push(i);
  let steps = 0;
  while (history.undo()) steps++;
  expect([steps, history.value]).toEqual([200, 300]);
});

test("a value of a newer version is refused, a missing one is empty", () => {
  const empty = { v: 1, s: [] };
  expect(known(undefined, empty)).toBe(empty);
  expect(known("text", empty)).toBe(empty);
  expect(known({ v: 1, s: ["x"] }, empty).s).toEqual(["x"]);
  expect(() => known({ v: 2 }, empty)).toThrow("newer Armature");
});
