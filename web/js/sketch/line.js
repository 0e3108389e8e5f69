// @ts-check
/** From the samples of a hand to a stroke that is worth keeping. */

/** @typedef {import("./model.js").Sample} Sample */
/** @typedef {import("./model.js").Stroke} Stroke */

const TOLERANCE = 0.5; // pixels that a stroke may differ from what was drawn
const SPACING = 2; // pixels between samples when they are smoothed

/**
 * A stroke as it is kept: smoothed, and without the samples that change nothing.
 * @param {Stroke} stroke  as it was drawn
 * @param {number} smoothing  0 for none; 5 is strong
 * @returns {Stroke}
 */
export function settled(stroke, smoothing) {
  const weight = stroke.tool === "fill" ? 0 : stroke.width / 2;
  return { ...stroke, samples: simplified(smoothed(stroke.samples, smoothing), TOLERANCE, weight) };
}

/**
 * Samples evened out; the ends stay. They are spread evenly first, so that a slow hand is smoothed as much as a fast
 * one, and a fast one leaves no corners.
 * @param {Sample[]} samples @param {number} smoothing 0 for none; 5 is strong
 */
export function smoothed(samples, smoothing) {
  if (!smoothing || samples.length < 3) return samples;
  let even = spread(samples, SPACING);
  for (let pass = 0; pass < smoothing * smoothing; pass++) {
    even = even.map((one, i) => {
      const [before, after] = [even[i - 1], even[i + 1]];
      if (!before || !after) return one;
      return /** @type {Sample} */ (one.map((_, axis) => (before[axis] + 2 * one[axis] + after[axis]) / 4));
    });
  }
  return even;
}

/** Samples `spacing` pixels apart on the curve through all: Catmull and Rom's. @param {Sample[]} samples @param {number} spacing @returns {Sample[]} */
function spread(samples, spacing) {
  const even = [samples[0]];
  samples.slice(1).forEach((to, i) => {
    const from = samples[i];
    const [before, after] = [samples[i - 1] ?? from, samples[i + 2] ?? to];
    const steps = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / spacing);
    for (let step = 1; step <= steps; step++) {
      const at = (/** @type {number} */ _, /** @type {number} */ axis) =>
        bend(before[axis], from[axis], to[axis], after[axis], step / steps);
      even.push(/** @type {Sample} */ (from.map(at)));
    }
  });
  return even;
}

/** Between b and c, on the way from a to d. @param {number} a @param {number} b @param {number} c @param {number} d @param {number} part */
function bend(a, b, c, d, part) {
  return b + (part / 2) * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)));
}

/**
 * As few of the samples as are within `tolerance` of all, in place and in radius: Ramer, Douglas and Peucker.
 * @param {Sample[]} samples @param {number} tolerance in pixels @param {number} weight  of pressure 1, in pixels
 * @returns {Sample[]}
 */
export function simplified(samples, tolerance, weight) {
  const kept = new Set([0, samples.length - 1]);
  const spans = [[0, samples.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let [farthest, most] = [-1, tolerance];
    for (let i = first + 1; i < last; i++) {
      const off = distance(samples[i], samples[first], samples[last], weight);
      if (off > most) [farthest, most] = [i, off];
    }
    if (farthest > 0) {
      kept.add(farthest);
      spans.push([first, farthest], [farthest, last]);
    }
  }
  return samples.filter((_, i) => kept.has(i));
}

/** From a sample to the straight way between two. @param {Sample} sample @param {Sample} from @param {Sample} to @param {number} weight */
function distance(sample, from, to, weight) {
  const scale = [1, 1, weight];
  const [way, off] = [to, sample].map((point) => point.map((one, axis) => (one - from[axis]) * scale[axis]));
  const length = way.reduce((sum, one) => sum + one * one, 0);
  const part = length ? Math.min(1, Math.max(0, way.reduce((sum, one, axis) => sum + one * off[axis], 0) / length)) : 0;
  return Math.hypot(...off.map((one, axis) => one - part * way[axis]));
}
