import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { SketchEditor } from "../../web/js/sketch/editor.js";
import { settled, simplified, smoothed } from "../../web/js/sketch/line.js";
import { added, checked, EMPTY, joined, lineColour, named, radius, read, resized, written } from "../../web/js/sketch/model.js";
import { PALETTES } from "../../web/js/sketch/palettes.js";
import { trace } from "../../web/js/sketch/paint.js";
import { Pen } from "../../web/js/sketch/pen.js";

const shared = (name) => JSON.parse(readFileSync(`tests/data/web/sketch/${name}.json`, "utf8"));

/** A brush stroke as a hand draws it: many samples, a slow tremble, changing pressure. */
function drawn({ samples = 120, width = 6, seed = 0, pressure = true, side = 768 }) {
  const wave = (i, k) => Math.sin(i * k * 0.05 + seed * 12.9898);
  const at = (i) => [side / 2 + (side / 3) * wave(i, 1 + (seed % 5) / 3), side / 2 + (side / 3) * wave(i, 0.7) + 0.4 * wave(i, 30)];
  const press = (i) => (pressure ? 0.55 + 0.4 * wave(i, 0.4) : 1);
  return { tool: "brush", colour: "", width, samples: Array.from({ length: samples }, (_, i) => [...at(i), press(i)]) };
}

test.each(shared("values"))("$name: read as in Python", ({ value, strokes }) => {
  expect(checked(value)).toBe(value);
  const seen = value.s.map((text) => {
    const stroke = read(text);
    const colour = stroke.colour || lineColour(value.bg);
    const radii = stroke.samples.map(([, , pressure]) => expect.closeTo((stroke.width / 2) * pressure, 12));
    return { tool: stroke.tool, colour, points: stroke.samples.map(([x, y]) => [x, y]), radii };
  });
  expect(strokes).toEqual(seen);
});

test.each(shared("values"))("$name: written as it was", ({ value }) => {
  expect(value.s.map((text) => written(read(text)))).toEqual(value.s.map((text) => text.toLowerCase()));
});

test.each(shared("malformed"))("refused: $change", ({ change, words }) => {
  expect(() => checked({ ...EMPTY, ...change })).toThrow(words);
});

test("what is no object is refused", () => {
  for (const value of [null, undefined, "text", 7, []]) expect(() => checked(value)).toThrow("no version");
});

test("150 dense strokes stay below 100 KB", () => {
  let value = EMPTY;
  for (let seed = 0; seed < 150; seed++) value = added(value, settled(drawn({ seed }), 2));
  const bytes = JSON.stringify(value).length;
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(100_000);
});

test("a stroke that is kept is where it was drawn, and as wide", () => {
  const stroke = drawn({ width: 40 });
  const kept = settled(stroke, 0);
  expect(kept.samples.length).toBeLessThan(stroke.samples.length);
  const again = read(written(kept));
  for (const [x, y, pressure] of stroke.samples) {
    const off = Math.min(...ways(again).map(([from, to]) => apart([x, y, pressure * 20], from, to)));
    expect(off).toBeLessThan(0.5 + 0.25 * Math.SQRT2 + 20 / 255);
  }
});

/** Pairs of samples that follow each other, the third number a radius. */
function ways({ samples, width }) {
  const discs = samples.map(([x, y, pressure]) => [x, y, (pressure * width) / 2]);
  return discs.slice(1).map((to, i) => [discs[i], to]);
}

function apart(point, from, to) {
  const steps = Array.from({ length: 201 }, (_, i) => from.map((one, axis) => one + (i / 200) * (to[axis] - one)));
  return Math.min(...steps.map((step) => Math.hypot(...step.map((one, axis) => one - point[axis]))));
}

test("samples that change nothing are left out, the radius counts as a place", () => {
  const straight = Array.from({ length: 50 }, (_, i) => [i * 10, i * 5, 1]);
  expect(simplified(straight, 0.5, 10)).toEqual([straight[0], straight[49]]);
  const swelling = straight.map(([x, y], i) => [x, y, i === 25 ? 1 : 0.5]);
  expect(simplified(swelling, 0.5, 10)).toContain(swelling[25]);
  expect(simplified(swelling, 0.5, 0).length).toBe(2);
});

test("smoothing keeps the ends, evens a tremble and leaves a line straight", () => {
  const tremble = Array.from({ length: 101 }, (_, i) => [i * 3, i % 2 ? 4 : -4, 1]);
  const even = smoothed(tremble, 4);
  expect([even[0], even.at(-1)]).toEqual([tremble[0], tremble.at(-1)]);
  const middle = even.slice(30, -30).map(([, y]) => Math.abs(y));
  expect(Math.max(...middle)).toBeLessThan(1);
  for (const [x, y] of smoothed([[0, 0, 1], [50, 100, 1], [100, 200, 1]], 6)) expect(y).toBeCloseTo(2 * x);
  expect(smoothed(tremble, 0)).toBe(tremble);
});

test("a dot and a click are kept", () => {
  const dot = { tool: "brush", colour: "", width: 8, samples: [[5.4, 6.6, 1]] };
  expect(written(settled(dot, 3))).toBe("b||8| 5.5,6.5");
  expect(written(settled({ ...dot, samples: [[5, 6, 1], [5, 6, 1]] }, 3))).toBe("b||8| 5,6 0,0");
});

test("an eraser keeps no colour and a fill no width", () => {
  const samples = [[0, 0, 0.5], [9, 0, 1], [0, 9, 1]];
  expect(written({ tool: "eraser", colour: "#123456", width: 9, samples })).toBe("e||9|80ffff 0,0 9,0 -9,9");
  expect(written({ tool: "fill", colour: "#123456", width: 9, samples })).toBe("f|#123456|| 0,0 9,0 -9,9");
});

test("another size stretches the strokes, and back", () => {
  const [{ value }] = shared("values");
  const larger = resized(value, [512, 384]);
  expect(larger.s[0]).toBe("b||12| 40,60 120,0 80,100 -20,120");
  expect(resized(larger, value.size)).toEqual(value);
  expect(resized(value, value.size)).toBe(value);
});

test("pasted strokes come over the others, at their size", () => {
  const [{ value }] = shared("values");
  const both = joined(resized(value, [512, 384]), value);
  expect(both.s).toEqual([...both.s.slice(0, 3), ...both.s.slice(0, 3)]);
});

test("classes are found by words and numbers", () => {
  const classes = PALETTES.ADE20K;
  expect(named(classes, "sky").map(({ names }) => names)).toEqual(["sky", "skyscraper"]);
  expect(named(classes, "12")[0].names).toBe("person");
  expect(named(classes, "lamp STREET")[0].names).toBe("street lamp");
  expect(named(classes, "lamp")[0].names).toBe("lamp");
  expect(named(classes, "")).toHaveLength(150);
  expect(named(classes, "no such thing")).toEqual([]);
});

/** The parts of a path: [centre, radius, from, to] of arcs and points of lines. */
function traced(stroke) {
  const parts = [];
  trace({ moveTo() {}, lineTo: (...at) => parts.push(at), arc: (...arc) => parts.push(arc), closePath() {} }, stroke);
  return parts;
}

test("a limb's tangents touch both of its discs", () => {
  const stroke = read("b||40|33ff 20,60 70,20");
  const [from, to] = traced(stroke);
  const point = ([x, y, r], angle) => [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  const [start, end] = [point(from, from[4]), point(to, to[3])];
  const tangent = [end[0] - start[0], end[1] - start[1]];
  for (const [disc, at] of [[from, start], [to, end]]) {
    expect(tangent[0] * (at[0] - disc[0]) + tangent[1] * (at[1] - disc[1])).toBeCloseTo(0);
  }
  expect([from[2], to[2]]).toEqual([4, 20]);
});

test("a disc that holds the next is drawn alone, and no line is thinner than a pixel", () => {
  expect(traced(read("b||60|ff33 100,150 10,0"))).toEqual([[100, 150, 30, 0, 2 * Math.PI]]);
  expect(radius(read("b||20|00 1,1"), [1, 1, 0])).toBe(0.5);
});

/** A pen that holds a tool, and the texts of the strokes that it made. */
function holding(tool) {
  const made = [];
  return [new Pen(() => ({ tool, width: 4, smoothing: 0, colour: "#102030" }), (stroke) => made.push(written(stroke))), made];
}

test("corners make an outline, and one on the first or the last closes it", () => {
  const [pen, made] = holding("polygon");
  for (const [x, y] of [[0.4, 0], [50, 0], [50, 50], [1, 1]]) expect(pen.down([x, y, 1], { reach: 3 })).toBe(false);
  for (const [x, y] of [[5, 5], [9, 5], [9, 9], [9, 9]]) pen.down([x, y, 1], { reach: 0.5 });
  expect(made).toEqual(["f|#102030|| 0,0 50,0 0,50", "f|#102030|| 5,5 4,0 0,4"]);
  pen.down([1, 1, 1]);
  pen.down([9, 1, 1]);
  expect([pen.back(), pen.corners.length, pen.cancel(), pen.cancel()]).toEqual([true, 1, true, false]);
});

test.each([
  ["a corner", [90, 90], [[10, 10], [50, 10], [50, 50]]],
  ["the corner that closes the outline", [10, 10], [[10, 10], [50, 10], [50, 50]]],
])("%s that was not meant is taken back", (_, last, corners) => {
  const [pen] = holding("polygon");
  for (const [x, y] of [...corners, last]) pen.down([x, y, 1], { reach: 3 });
  pen.retract();
  expect(pen.corners).toEqual(corners.map(([x, y]) => [x, y, 1]));
});

test("a line that was not meant is never made", () => {
  const [pen, made] = holding("brush");
  pen.down([10, 10, 1]);
  pen.retract();
  pen.up();
  expect(made).toEqual([]);
});

test("a straight line begins where the last one ended", () => {
  const [pen, made] = holding("brush");
  pen.down([10, 10, 1]);
  pen.move([[20, 10, 1]]);
  pen.up();
  pen.down([20, 90, 1], { straight: true });
  pen.up();
  expect(made).toEqual(["b|#102030|4| 10,10 10,0", "b|#102030|4| 20,10 0,80"]);
});

test("a filled outline needs three places", () => {
  const [pen, made] = holding("fill");
  pen.down([10, 10, 1]);
  pen.move([[20, 10, 1]]);
  pen.up();
  expect(made).toEqual([]);
});

/** An editor, and the host's count of its changes. */
function edited(value) {
  const commit = vi.fn();
  const node = { title: "Sketch Editor", inputs: [], getInputNode: () => null };
  const editor = new SketchEditor({ node, name: "sketch", options: {}, commit });
  editor.load(value);
  return [editor, commit];
}

const key = (editor, name, more = {}) =>
  editor.frame.keys.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more }));

test("the editor refuses what it cannot show, and keeps what it had", () => {
  const [editor] = edited(EMPTY);
  expect(() => editor.load({ ...EMPTY, v: 2 })).toThrow("newer Armature");
  expect(editor.value).toBe(EMPTY);
});

test("keys take tools, change the brush and are no one else's", () => {
  const [editor] = edited(EMPTY);
  key(editor, "e");
  editor.brush(10);
  key(editor, "]");
  expect([editor.hand.tool, editor.hand.width]).toEqual(["eraser", 12]);
  key(editor, "[");
  expect(editor.hand.width).toBe(10);
  expect(key(editor, "Delete")).toBe(false); // prevented
  key(editor, "b");
});

test("the keyboard draws, each stroke is a step, and undo takes it back", () => {
  const [editor, commit] = edited(EMPTY);
  key(editor, "Enter");
  key(editor, "ArrowRight", { shiftKey: true });
  key(editor, "Enter", { shiftKey: true });
  expect(editor.value.s).toEqual(["b||10| 256,256", "b||10| 256,256 10,0"]);
  key(editor, "z", { ctrlKey: true });
  expect([editor.value.s.length, commit.mock.calls.length]).toEqual([1, 3]);
});

test("what is copied can be pasted into another size", () => {
  const [editor] = edited(shared("values")[0].value);
  const text = editor.frame.handlers.onCopy();
  const [other] = edited({ ...EMPTY, size: [512, 384] });
  other.frame.handlers.onPaste(text);
  other.frame.handlers.onPaste("no drawing");
  expect(other.value.s).toEqual(resized(editor.value, [512, 384]).s);
});

test("the ground of scribbles changes its colour, that of segments is a class", () => {
  const [editor] = edited(EMPTY);
  editor.fillGround();
  expect(editor.value.bg).toBe("#ffffff");
  editor.change({ ...editor.value, mode: "segments" });
  editor.take("#04fa08");
  editor.fillGround();
  expect(editor.value.bg).toBe("#04fa07");
  expect(editor.frame.status.textContent).toContain("grass");
});
