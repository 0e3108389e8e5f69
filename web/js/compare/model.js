// @ts-check
/** Source, control map and result over each other: which two are seen, and where. */

import { known } from "../store.js";

/**
 * @typedef {"source" | "map" | "result"} Role
 * @typedef {"split" | "flip" | "mix"} Mode  a slider between two; one of them; both mixed
 * @typedef {{ v: number, mode: Mode, a: Role, b: Role, split: number, mix: number }} View  split and mix in [0, 1]
 * @typedef {{ role: Role, filename: string, subfolder: string, type: string }} Record  an image that the server keeps
 * @typedef {{ source: Record[], map: Record[], result: Record[] }} Images
 * @typedef {{ width: number, height: number }} Size
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 */

/** @type {Role[]} */
export const ROLES = ["source", "map", "result"];
/** @type {Mode[]} */
export const MODES = ["split", "flip", "mix"];
/** @type {View} */
export const WHOLE = { v: 1, mode: "split", a: "source", b: "result", split: 0.5, mix: 0.5 };

/**
 * @param {any} value  what is missing in it is as in `WHOLE`
 * @returns {View}
 * @throws {Error} if it is no view, or of a newer version
 */
export function read(value) {
  const view = { ...WHOLE, ...known(value, WHOLE) };
  const share = (/** @type {any} */ number) => typeof number === "number" && number >= 0 && number <= 1;
  const roles = ROLES.includes(view.a) && ROLES.includes(view.b);
  if (!roles || !MODES.includes(view.mode) || !share(view.split) || !share(view.mix)) {
    throw new Error("this is no view of a comparison");
  }
  return view;
}

/** What a run sent, by role. @param {Record[]} records @returns {Images} */
export function byRole(records) {
  const of = (/** @type {Role} */ role) => records.filter((record) => record.role === role);
  return { source: of("source"), map: of("map"), result: of("result") };
}

/** The images of the largest batch. @param {Images} images */
export function countOf(images) {
  return Math.max(...ROLES.map((role) => images[role].length));
}

/**
 * The image of a place in the batch; shorter batches begin again.
 * @param {Images} images
 * @param {Role} role
 * @param {number} index
 * @returns {Record | null}
 */
export function imageAt(images, role, index) {
  const batch = images[role];
  return batch.length ? batch[index % batch.length] : null;
}

/**
 * The two that are seen: those of the view, or others where a run had none of them.
 * @param {View} view
 * @param {Images} images
 * @returns {[Role, Role]}
 */
export function pairOf({ a, b }, images) {
  const there = ROLES.filter((role) => images[role].length);
  if (!there.length) return [a, b];
  const second = there.includes(b) ? b : there[there.length - 1];
  const first = there.includes(a) && a !== second ? a : (there.find((role) => role !== second) ?? second);
  return [first, second];
}

/**
 * Where an image lies when it is fitted into a frame, in the middle.
 * @param {Size} image
 * @param {Size} frame
 * @returns {Box}
 */
export function fitted(image, frame) {
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  return { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height };
}
