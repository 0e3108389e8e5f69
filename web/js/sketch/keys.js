// @ts-check
/** What the keyboard does while a drawing has the focus. */

/** @typedef {import("./editor.js").SketchEditor} SketchEditor */

const TOOLS = /** @type {const} */ ({ b: "brush", e: "eraser", f: "fill", p: "polygon" });
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @type {Record<string, (editor: SketchEditor, event: KeyboardEvent) => boolean | void>} */
const OTHERS = {
  "[": (editor) => editor.brush(Math.min(editor.hand.width - 1, editor.hand.width / 1.2)),
  "]": (editor) => editor.brush(Math.max(editor.hand.width + 1, editor.hand.width * 1.2)),
  g: (editor) => editor.fillGround(),
  0: (editor) => editor.view.fit(),
  "+": (editor) => editor.view.zoom(1.25),
  "-": (editor) => editor.view.zoom(0.8),
  Delete: () => {}, // of the node
  Backspace: (editor) => void editor.pen.back(),
  Escape: (editor) => editor.pen.cancel(),
  Enter: (editor, { shiftKey }) => editor.dot(place(editor), shiftKey),
};

/** Whether the key was used. @param {SketchEditor} editor @param {KeyboardEvent} event @returns {boolean} */
export function keyed(editor, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in TOOLS) editor.hold(TOOLS[/** @type {keyof typeof TOOLS} */ (key)]);
  else if (key in ARROWS) step(editor, ARROWS[/** @type {keyof typeof ARROWS} */ (key)], event.shiftKey ? 10 : 1);
  else if (!(key in OTHERS) || OTHERS[key](editor, event) === false) return false;
  editor.view.request();
  return true;
}

/** Where the pointer is, the middle of the drawing before it was anywhere. @param {SketchEditor} editor */
function place({ pointer, value }) {
  return pointer ?? { x: value.size[0] / 2, y: value.size[1] / 2, pressure: 1 };
}

/** @param {SketchEditor} editor @param {number[]} way @param {number} pixels */
function step(editor, [right, down], pixels) {
  const { x, y } = place(editor);
  editor.pointer = { x: Math.round(x) + right * pixels, y: Math.round(y) + down * pixels, pressure: 1 };
  editor.tell();
}
