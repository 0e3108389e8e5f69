import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  UNTOUCHED, barsOf, carried, fromText, groupsOf, mirrored, painted, placesOf, read, toText, weightsOf,
} from "../../web/js/blocks/model.js";

const fixture = (name) => JSON.parse(readFileSync(`tests/data/web/blocks/${name}.json`, "utf8"));
const SD = "skip 0..11, middle";
const SDXL = "skip 0..8, middle";

test.each(fixture("layouts"))("$title has a bar for each weight of its presets", ({ arch, presets }) => {
  const places = placesOf(arch);
  for (const weights of Object.values(presets)) expect(weights.length).toBe(places.length);
  expect(groupsOf(places).map(({ kind }) => kind)).toEqual(arch.split(", ").map((part) => part.split(" ")[0]));
});

test.each(fixture("refused"))("$why is refused", ({ value }) => {
  expect(() => read(value)).toThrow();
});

test("places are in the order of their arrangement", () => {
  const spelled = (arch) => placesOf(arch).map(({ kind, number }) => kind[0] + number).join(" ");
  expect(spelled("input 2..3 7, middle, skip 2..1, output 0")).toBe("i2 i3 i7 m0 s2 s1 o0");
  expect(placesOf("")).toEqual([]);
});

test("untouched bars are 1, drawn ones what was drawn", () => {
  expect(weightsOf(UNTOUCHED, 3)).toEqual([1, 1, 1]);
  const bars = barsOf("input 2 5 8 11", [0.12345, 1, 0, 2]);
  expect(bars).toEqual({ v: 1, arch: "input 2 5 8 11", w: "0.123, 1, 0, 2" });
  expect(weightsOf(read(JSON.parse(JSON.stringify(bars))), 4)).toEqual([0.123, 1, 0, 2]);
});

test("text is that of Block Weights", () => {
  expect(fromText("1, .8\n0.6; 0", 4)).toEqual([1, 0.8, 0.6, 0]);
  expect(toText([1, 0.8, 0.6, 0])).toBe("1, 0.8, 0.6, 0");
  expect(() => fromText("1, 2", 4)).toThrow("2 weights, but 4 blocks");
  expect(() => fromText("1, x, 1, 1", 4)).toThrow('"x" is no number');
});

test("a stroke paints the bars that it crosses, in both directions", () => {
  expect(painted([1, 1, 1, 1, 1], [1, 0.2], [3, 0.6])).toEqual([1, 0.2, 0.4, 0.6, 1]);
  expect(painted([1, 1, 1, 1, 1], [3, 0.6], [1, 0.2])).toEqual([1, 0.2, 0.4, 0.6, 1]);
  expect(painted([1, 1], [0, 0.3], [0, 0.7])).toEqual([0.7, 1]);
});

test("mirrored twice is as before", () => {
  expect(mirrored([1, 2, 3])).toEqual([3, 2, 1]);
  expect(mirrored(mirrored([1, 2, 3]))).toEqual([1, 2, 3]);
});

test("another control keeps the weights of the places that both have", () => {
  const weights = Array.from({ length: 13 }, (_, i) => i / 10);
  expect(carried(weights, SD, SDXL)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.2]);
  expect(carried(carried(weights, SD, SDXL), SDXL, SD).slice(9)).toEqual([1, 1, 1, 1.2]);
});
