// @ts-check
/** Undo and redo over values that are never changed in place. */

const DEPTH = 200;

/** @template T */
export class History {
  /** @param {T} value */
  constructor(value) {
    this.value = value;
    /** @type {T[]} */ this.past = [];
    /** @type {T[]} */ this.future = [];
    this.key = "";
  }

  /** Start anew from `value`. @param {T} value */
  reset(value) {
    Object.assign(this, { value, past: [], future: [], key: "" });
  }

  /**
   * One step that can be undone. Steps that follow each other with the same `key` ("nudge", "slider") become one.
   * @param {T} value
   * @param {string} [key]
   */
  push(value, key = "") {
    if (value === this.value) return;
    if (!key || key !== this.key) this.past = [...this.past, this.value].slice(-DEPTH);
    this.value = value;
    this.future = [];
    this.key = key;
  }

  /** The next step is one of its own, whatever its key. */
  seal() {
    this.key = "";
  }

  /** @returns {boolean} whether there was a step to undo */
  undo() {
    const value = this.past.pop();
    if (value === undefined) return false;
    this.future.push(this.value);
    this.value = value;
    this.key = "";
    return true;
  }

  /** @returns {boolean} whether there was a step to redo */
  redo() {
    const value = this.future.pop();
    if (value === undefined) return false;
    this.past.push(this.value);
    this.value = value;
    this.key = "";
    return true;
  }
}

/**
 * A value from a workflow, or `empty` where there is none; the shape is the editor's to check.
 * @template {{ v: number }} T
 * @param {any} value
 * @param {T} empty  of the newest version that this pack knows
 * @returns {T}
 * @throws {Error} if the value is from a newer version of the pack
 */
export function known(value, empty) {
  if (!value || typeof value !== "object" || !("v" in value)) return empty;
  if (Number(value.v) > empty.v) {
    throw new Error(`made by a newer Armature (version ${value.v} of the value, known is ${empty.v}): update the pack`);
  }
  return value;
}
