import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { limbUnder, pulling, turning } from "../../web/js/pose/drags.js";
import { withoutPart, withPart, withPerson } from "../../web/js/pose/figure.js";
import * as model from "../../web/js/pose/model.js";
import { fromOpenPose, toOpenPose } from "../../web/js/pose/openpose.js";
import { frameOf, handleAt, handleUnder } from "../../web/js/pose/overlay.js";
import { COUNTS, OTHER } from "../../web/js/pose/skeleton.js";

const FOLDER = "tests/data/web/pose";
const read = (name) => JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8"));
const FIXTURES = readdirSync(FOLDER).filter((name) => name !== "wrong.json").map((name) => [name, read(name)]);
const empty = model.parse(model.EMPTY);
const standing = withPerson(empty);
const whole = ["lh", "rh", "face", "feet"].reduce((scene, part) => withPart(scene, 0, part), standing);

test.each(FIXTURES)("a value is read and written as it is: %s", (_, { value, frame }) => {
  const scene = model.parse(value);
  expect(model.format(scene)).toEqual(value);
  expect(toOpenPose(scene)).toEqual(frame);
});

test.each(read("wrong.json").map((one) => [one.says, one.value]))("a wrong value is told: %s", (says, value) => {
  expect(() => model.parse(value)).toThrow(says);
});

test("every part has its number of points, all on the canvas", () => {
  for (const [part, count] of Object.entries(COUNTS)) expect(whole.people[0][part].filter(Boolean).length).toBe(count);
  const { left, top, right, bottom } = model.box(whole, model.keys(whole));
  expect(left >= 0 && top >= 0 && right < whole.size[0] && bottom < whole.size[1]).toBe(true);
});

test("a hand hangs on its wrist, the face on the nose", () => {
  const [person] = whole.people;
  expect(person.lh[0]).toEqual(person.body[7]);
  expect(person.rh[0]).toEqual(person.body[4]);
  expect(person.face[30]).toEqual(person.body[0]);
  expect(person.face[68].x).toBeLessThan(person.face[69].x);
});

test("a part that is taken away leaves the others", () => {
  const scene = withoutPart(whole, 0, "face");
  expect(scene.people[0].face.some(Boolean)).toBe(false);
  expect(scene.people[0].lh).toBe(whole.people[0].lh);
});

test("each other side's other side is the point itself", () => {
  for (const others of Object.values(OTHER)) others.forEach((other, index) => expect(others[other]).toBe(index));
});

test("mirroring twice is nothing, once exchanges the hands", () => {
  const once = model.mirrored(whole, [0]);
  expect(once.people[0].body[4].y).toBe(whole.people[0].body[7].y);
  expect(once.people[0].rh[4].x).toBeGreaterThan(0);
  expect(model.format(model.mirrored(once, [0]))).toEqual(model.format(whole));
});

test("what is not moved stays the same object", () => {
  const two = withPerson(whole);
  const moved = model.moved(two, ["1.body.0"], 3, -2);
  expect(moved.people[0]).toBe(two.people[0]);
  expect(moved.people[1].lh).toBe(two.people[1].lh);
  expect(model.place(moved, "1.body.0").x).toBe(model.place(two, "1.body.0").x + 3);
});

test("a wrist takes its hand along, an elbow does not", () => {
  expect(model.withCarried(whole, ["0.body.4"]).size).toBe(22);
  expect(model.withCarried(whole, ["0.body.3"]).size).toBe(1);
  expect(model.withCarried(whole, ["0.body.13"])).toContain("0.feet.2");
});

test("a person without points is gone, a hidden point is not", () => {
  expect(model.removed(whole, model.keys(whole)).people).toEqual([]);
  const hidden = model.hiddenOrShown(standing, ["0.body.0"]);
  expect(model.keys(hidden).length).toBe(18);
  expect(toOpenPose(hidden).people[0].pose_keypoints_2d.slice(0, 3)).toEqual([0, 0, 0]);
  expect(model.format(model.hiddenOrShown(hidden, ["0.body.0"]))).toEqual(model.format(standing));
});

test("the nearest point is found within reach, and a limb between its joints", () => {
  const nose = model.place(standing, "0.body.0");
  expect(model.nearest(standing, { x: nose.x + 3, y: nose.y }, 10)).toBe("0.body.0");
  expect(model.nearest(standing, { x: 5, y: 5 }, 10)).toBe(null);
  const [hip, knee] = [8, 9].map((index) => standing.people[0].body[index]);
  expect(limbUnder(standing, { x: (hip.x + knee.x) / 2, y: (hip.y + knee.y) / 2 }, 4)).toBe(0);
  expect(limbUnder(standing, { x: 5, y: 5 }, 4)).toBe(null);
});

test("turning by a quarter and pulling to twice the size are what they say", () => {
  const all = new Set(model.keys(standing));
  const frame = frameOf(standing, all, 0);
  const lever = handleAt(frame, "rotate", 1);
  expect(handleUnder(frame, lever, 1)).toBe("rotate");
  const turned = turning(standing, all, lever, frame.middle)({ x: frame.middle.x + 100, y: frame.middle.y }, {});
  const [nose, neck] = turned.people[0].body;
  expect(Math.abs(nose.y - neck.y)).toBeLessThanOrEqual(1);
  expect(nose.x).toBeGreaterThan(neck.x);
  const corner = handleAt(frame, "right bottom", 0);
  const pull = pulling(standing, all, corner, frame, "right bottom", 0);
  const twice = model.box(pull({ x: 2 * corner.x - frame.left, y: 2 * corner.y - frame.top }, {}), all);
  expect(Math.abs(twice.right - twice.left - 2 * (frame.right - frame.left))).toBeLessThanOrEqual(2);
});

test("OpenPose's JSON comes back as it went, from text and from lists too", () => {
  const frame = toOpenPose(whole);
  for (const given of [frame, [frame], JSON.stringify(frame)]) {
    expect(model.format(fromOpenPose(given, [1, 1]))).toEqual(model.format(whole));
  }
});

test("OpenPose's JSON in 0 to 1, without a canvas, and with a part missing", () => {
  const body = Array(18).fill([0.5, 0.25, 1]).flat();
  const { people, size } = fromOpenPose({ people: [{ pose_keypoints_2d: body, hand_left_keypoints_2d: null }] }, [200, 400]);
  expect([size, people[0].body[3], people[0].lh[0]]).toEqual([[200, 400], { x: 100, y: 100 }, null]);
});

test("what is no OpenPose JSON is told", () => {
  expect(() => fromOpenPose("hello", [1, 1])).toThrow("no JSON");
  expect(() => fromOpenPose("{}", [1, 1])).toThrow("no list of people");
  expect(() => fromOpenPose({ people: [{ pose_keypoints_2d: [1, 2, 3] }] }, [1, 1])).toThrow("expected 18");
});

test("a canvas of another size keeps the pixels, or stretches them", () => {
  expect(model.place(model.resized(standing, [1024, 768], false), "0.body.1")).toEqual(model.place(standing, "0.body.1"));
  expect(model.place(model.resized(standing, [1024, 768], true), "0.body.1").x).toBe(2 * model.place(standing, "0.body.1").x);
});

test("ten whole people are far below 100 KB", () => {
  let scene = empty;
  for (let who = 0; who < 10; who++) {
    scene = withPerson(scene);
    for (const part of ["lh", "rh", "face", "feet"]) scene = withPart(scene, who, part);
  }
  expect(JSON.stringify(model.format(scene)).length).toBeLessThan(20_000);
});
