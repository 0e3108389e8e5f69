import { expect, test } from "vitest";
import { WHOLE, byRole, countOf, fitted, imageAt, pairOf, read } from "../../web/js/compare/model.js";

const record = (role, filename) => ({ role, filename, subfolder: "", type: "temp" });
const ALL = byRole([record("source", "s"), record("map", "m"), record("result", "r1"), record("result", "r2")]);

test("a view is read, and what it lacks is as usual", () => {
  expect(read({ v: 1 })).toEqual(WHOLE);
  expect(read({ v: 1, mode: "mix", mix: 0.2 })).toEqual({ ...WHOLE, mode: "mix", mix: 0.2 });
});

test.each([{ v: 2 }, { v: 1, mode: "x" }, { v: 1, a: "photo" }, { v: 1, split: 2 }, { v: 1, mix: "half" }])(
  "%j is refused",
  (value) => expect(() => read(value)).toThrow(),
);

test("images of a batch are by role, and shorter batches begin again", () => {
  expect(countOf(ALL)).toBe(2);
  expect(["source", "map", "result"].map((role) => imageAt(ALL, role, 1).filename)).toEqual(["s", "m", "r2"]);
  expect(countOf(byRole([]))).toBe(0);
  expect(imageAt(byRole([]), "map", 0)).toBe(null);
});

test("of the two that are seen, those that a run did not send give way", () => {
  expect(pairOf(WHOLE, ALL)).toEqual(["source", "result"]);
  expect(pairOf({ ...WHOLE, a: "map" }, ALL)).toEqual(["map", "result"]);
  expect(pairOf({ ...WHOLE, a: "result" }, ALL)).toEqual(["source", "result"]);
  expect(pairOf(WHOLE, byRole([record("source", "s"), record("map", "m")]))).toEqual(["source", "map"]);
  expect(pairOf(WHOLE, byRole([record("map", "m")]))).toEqual(["map", "map"]);
  expect(pairOf(WHOLE, byRole([]))).toEqual(["source", "result"]);
});

test("an image keeps its shape in the middle of another's frame", () => {
  expect(fitted({ width: 100, height: 100 }, { width: 400, height: 200 })).toEqual({ x: 100, y: 0, width: 200, height: 200 });
  expect(fitted({ width: 64, height: 32 }, { width: 64, height: 64 })).toEqual({ x: 0, y: 16, width: 64, height: 32 });
});
