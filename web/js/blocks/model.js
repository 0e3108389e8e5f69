// @ts-check
/** Weights of the blocks that a control acts in, as bars. Python's side: control/drawn.py. */

import { known } from "../store.js";

/**
 * @typedef {{ v: number, arch: string, w: string }} Bars  arch "skip 0..8, middle", w "1, 0.8, ..."; "" is untouched
 * @typedef {{ kind: string, number: number }} Place
 * @typedef {{ title: string, arch: string, presets: Record<string, number[]> }} Layout
 */

/** @type {Bars} */
export const UNTOUCHED = { v: 1, arch: "", w: "" };
const DIGITS = 1e3;

/**
 * @param {any} value
 * @returns {Bars}
 * @throws {Error} if it is nothing of the kind, or of a newer version
 */
export function read(value) {
  const { arch = "", w = "" } = known(value && typeof value === "object" ? { v: 1, ...value } : value, UNTOUCHED);
  if (typeof arch !== "string" || typeof w !== "string") throw new Error("these are no bars: expected two texts");
  numbers(w);
  return { v: 1, arch, w };
}

/**
 * The places of an arrangement, "skip 0..8, middle" or "input 2 5 8 11", in its order.
 * @param {string} arch
 * @returns {Place[]}
 */
export function placesOf(arch) {
  return arch.split(", ").filter(Boolean).flatMap((part) => {
    const [kind, ...runs] = part.split(" ");
    return (runs.length ? runs : ["0"]).flatMap((run) => {
      const [first, last = first] = run.split("..").map(Number);
      const step = first <= last ? 1 : -1;
      return Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => ({ kind, number: first + i * step }));
    });
  });
}

/**
 * The weights, one for each place; 1 where none was drawn.
 * @param {Bars} bars
 * @param {number} count
 * @returns {number[]}
 */
export function weightsOf(bars, count) {
  const found = numbers(bars.w);
  return Array.from({ length: count }, (_, i) => found[i] ?? 1);
}

/** @param {string} arch @param {number[]} weights @returns {Bars} */
export function barsOf(arch, weights) {
  return { v: 1, arch, w: toText(weights) };
}

/** As the list of Block Weights has them. @param {number[]} weights */
export function toText(weights) {
  return weights.map(rounded).join(", ");
}

/**
 * @param {string} text
 * @param {number} count  how many there must be
 * @returns {number[]}
 * @throws {Error} if it is no list, or of another length
 */
export function fromText(text, count) {
  const found = numbers(text);
  if (found.length !== count) throw new Error(`${found.length} weights, but ${count} blocks`);
  return found;
}

/**
 * What a stroke from one bar to another leaves: those between rise or fall evenly.
 * @param {number[]} weights
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
export function painted(weights, [first, start], [last, end]) {
  return weights.map((weight, i) => {
    if (i < Math.min(first, last) || i > Math.max(first, last)) return weight;
    return rounded(first === last ? end : start + ((end - start) * (i - first)) / (last - first));
  });
}

/** Deep for shallow. @param {number[]} weights */
export function mirrored(weights) {
  return weights.toReversed();
}

/**
 * The weights for another arrangement: places that both have keep theirs, the others have 1.
 * @param {number[]} weights
 * @param {string} from
 * @param {string} to
 */
export function carried(weights, from, to) {
  const name = (/** @type {Place} */ { kind, number }) => `${kind} ${number}`;
  const kept = new Map(placesOf(from).map((place, i) => [name(place), weights[i]]));
  return placesOf(to).map((place) => kept.get(name(place)) ?? 1);
}

/**
 * Places of one kind beside each other.
 * @param {Place[]} places
 * @returns {{ kind: string, first: number, count: number }[]}
 */
export function groupsOf(places) {
  /** @type {{ kind: string, first: number, count: number }[]} */ const groups = [];
  places.forEach(({ kind }, i) => {
    const group = groups.at(-1);
    if (group?.kind === kind) group.count++;
    else groups.push({ kind, first: i, count: 1 });
  });
  return groups;
}

/** @param {string} text @returns {number[]} @throws {Error} if something in it is no number */
function numbers(text) {
  return text.split(/[,;\s]+/).filter(Boolean).map((word) => {
    const number = Number(word);
    if (!Number.isFinite(number)) throw new Error(`"${word}" is no number: write weights like 1, .8, 0.6`);
    return number;
  });
}

/** @param {number} number */
export function rounded(number) {
  return Math.round(number * DIGITS) / DIGITS;
}
