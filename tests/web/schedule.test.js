import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  CONSTANT, GAP, PRESETS, fromText, moved, read, snapped, stepsOf, toText, valueAt, withPoint, without,
} from "../../web/js/schedule/model.js";

const fixture = (name) => JSON.parse(readFileSync(`tests/data/web/schedule/${name}.json`, "utf8"));

test.each(fixture("curves"))("$name is evaluated as in ComfyUI", ({ value, at }) => {
  const curve = read(value);
  for (const [x, y] of at) expect(valueAt(curve, x)).toBeCloseTo(y, 12);
});

test.each(fixture("texts"))("the text $text is read and written", ({ text, strength, becomes, points, again }) => {
  const found = fromText(text, strength);
  expect(found.strength).toBe(becomes);
  found.curve.points.forEach((point, i) => point.forEach((n, j) => expect(n).toBeCloseTo(points[i][j], 12)));
  expect(toText(found.curve, found.strength)).toBe(again);
});

test.each(["", "x", "0.5", "0:1:2", "0:", "2:1", "-0.1:1", "0:1, 1:-1"])("the text %j is refused", (text) => {
  expect(() => fromText(text, 1)).toThrow();
});

test.each(fixture("refused"))("$why is refused", ({ value }) => {
  expect(() => read(value)).toThrow();
});

test("a value of core's, without a version, is read", () => {
  expect(read({ points: [[0, 0], [1, 1]] })).toEqual({ v: 1, points: [[0, 0], [1, 1]], interpolation: "monotone_cubic" });
});

test("every preset is a curve, and its text reads back", () => {
  for (const preset of Object.values(PRESETS)) {
    expect(read(preset)).toEqual(preset);
    expect(fromText(toText(preset, 1), 1).curve.points).toEqual(preset.points);
  }
});

test("a new point goes between its neighbours, and one at its place moves", () => {
  const [curve, place] = withPoint(CONSTANT, [0.25, 0.5]);
  expect([curve.points, place]).toEqual([[[0, 1], [0.25, 0.5], [1, 1]], 1]);
  expect(withPoint(curve, [0.2509, 0.7])).toEqual([{ ...curve, points: [[0, 1], [0.251, 0.7], [1, 1]] }, 1]);
  expect(CONSTANT.points.length).toBe(2);
});

test("a point cannot pass its neighbours or leave the curve", () => {
  const [curve] = withPoint(CONSTANT, [0.5, 0.5]);
  expect(moved(curve, 1, [2, 2]).points[1]).toEqual([1 - GAP, 1]);
  expect(moved(curve, 1, [-1, -1]).points[1]).toEqual([GAP, 0]);
  expect(moved(curve, 2, [0.1, 0]).points[2]).toEqual([0.5 + GAP, 0]);
});

test("points are deleted but the last", () => {
  const one = without(CONSTANT, 0);
  expect(one.points).toEqual([[1, 1]]);
  expect(without(one, 0)).toBe(one);
});

test("snapping meets the steps that are evaluated", () => {
  expect(snapped([0.26, 0.513], 4)).toEqual([0.25, 0.5]);
  expect(stepsOf(PRESETS.startWindow, 5)).toEqual([[0, 1], [0.2, 1], [0.4, 1], [3 / 5, 0], [0.8, 0]]);
});
