// @ts-check
/** From what a hand does to strokes: free lines, straight ones, and outlines corner by corner. */

import { settled, smoothed } from "./line.js";

/** @typedef {import("./model.js").Sample} Sample */
/** @typedef {import("./model.js").Stroke} Stroke */

/**
 * What the hand holds.
 * @typedef {{ tool: "brush" | "eraser" | "fill" | "polygon", width: number, smoothing: number, colour: string }} Hand
 */

export class Pen {
  /** @param {() => Hand} hand @param {(stroke: Stroke) => void} done */
  constructor(hand, done) {
    this.hand = hand;
    this.done = done;
    /** @type {Stroke | null} */ this.wet = null;
    /** @type {Sample[]} */ this.corners = [];
    this.before = this.corners; // the last press
    /** @type {Sample | null} */ this.last = null; // where the last line ended
  }

  /** The stroke that is being drawn, as it will be. @returns {Stroke | null} */
  get stroke() {
    return this.wet && { ...this.wet, samples: smoothed(this.wet.samples, this.hand().smoothing) };
  }

  /**
   * Sets the pen down.
   * @param {Sample} sample @param {{ straight?: boolean, reach?: number }} options
   *   straight: from where the last line ended; reach: within how many pixels a corner closes the outline
   * @returns {boolean} whether a drag follows
   */
  down(sample, { straight = false, reach = 0 } = {}) {
    const { tool, width, colour } = this.hand();
    this.before = this.corners;
    if (tool === "polygon") {
      this.#corner(sample, reach);
      return false;
    }
    const samples = straight && this.last && tool !== "fill" ? [this.last, sample] : [sample];
    this.wet = { tool, width, colour, samples };
    return true;
  }

  /** @param {Sample[]} samples */
  move(samples) {
    this.wet?.samples.push(...samples);
  }

  /** Lifts the pen. */
  up() {
    if (!this.wet) return;
    const stroke = settled(this.wet, this.hand().smoothing);
    this.wet = null;
    this.last = stroke.samples[stroke.samples.length - 1];
    if (stroke.tool !== "fill" || stroke.samples.length > 2) this.done(stroke);
  }

  /** Leaves what the last press began, because it was not meant. */
  retract() {
    this.wet = null;
    this.corners = this.before;
  }

  /** Goes back by a corner. @returns {boolean} whether there was one */
  back() {
    const some = this.corners.length > 0;
    this.corners = this.corners.slice(0, -1);
    return some;
  }

  /** Fills the outline, if it is one. @returns {boolean} whether there was any corner */
  close() {
    const samples = this.corners;
    this.corners = [];
    if (samples.length > 2) this.done({ tool: "fill", colour: this.hand().colour, width: 0, samples });
    return samples.length > 0;
  }

  /** Leaves what was begun. @returns {boolean} whether something was */
  cancel() {
    const begun = !!this.wet || this.corners.length > 0;
    this.wet = null;
    this.corners = [];
    return begun;
  }

  /** A corner on the first or on the last one closes the outline. @param {Sample} sample @param {number} reach */
  #corner(sample, reach) {
    const ends = this.corners.length ? [this.corners[0], this.corners[this.corners.length - 1]] : [];
    if (ends.some(([x, y]) => Math.hypot(sample[0] - x, sample[1] - y) <= reach)) this.close();
    else this.corners = [...this.corners, [Math.round(sample[0]), Math.round(sample[1]), 1]]; // whole: so that neighbours fit
  }
}
