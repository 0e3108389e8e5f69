// @ts-check
/** The map as Python will draw it (preprocessors/pose/openpose.py), near enough to edit by; Python's is the one that counts. */

import { BONES, COLOURS, LIMBS, RAINBOW } from "./skeleton.js";

/** @typedef {import("./model.js").Place} Place */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */

const [STICK, JOINT, FACE_POINT] = [4, 4, 3]; // pixels of the map
const DIMMED = 0.6;
const THRESHOLD = 0.3;

/** People on a black ground. @param {Context} context @param {import("./model.js").Scene} scene @param {{ feet?: boolean }} [options] */
export function drawPeople(context, { people }, { feet = false } = {}) {
  for (const person of people) {
    if (!person.on) continue;
    drawBody(context, person.body.map(shown));
    if (feet) discs(context, person.feet.map(shown), JOINT, (index) => rgb(COLOURS[index]));
    for (const hand of [person.lh, person.rh]) drawHand(context, hand.map(shown));
    discs(context, person.face.map(shown), FACE_POINT, () => "#fff");
  }
}

/** @param {Place | null} place */
const shown = (place) => (place && !place.hidden && (place.score ?? 1) >= THRESHOLD ? place : null);

/** @param {Context} context @param {(Place | null)[]} points */
function drawBody(context, points) {
  LIMBS.forEach(([first, last], limb) => {
    const [start, end] = [points[first], points[last]];
    if (!start || !end) return;
    const [x, y] = [start.x - end.x, start.y - end.y];
    const length = Math.hypot(x, y);
    if (length < 1) return;
    const angle = (Math.trunc((Math.atan2(y, x) * 180) / Math.PI) * Math.PI) / 180;
    context.fillStyle = rgb(COLOURS[limb].map((level) => Math.trunc(level * DIMMED)));
    context.beginPath();
    const middle = [Math.floor((start.x + end.x) / 2) + 0.5, Math.floor((start.y + end.y) / 2) + 0.5];
    context.ellipse(middle[0], middle[1], Math.trunc(length / 2) + 0.5, STICK + 0.5, angle, 0, 2 * Math.PI);
    context.fill();
  });
  discs(context, points, JOINT, (index) => rgb(COLOURS[index]));
}

/** @param {Context} context @param {(Place | null)[]} points */
function drawHand(context, points) {
  context.lineWidth = 2;
  context.lineCap = "round";
  BONES.forEach(([first, last], bone) => {
    const [start, end] = [points[first], points[last]];
    if (!start || !end) return;
    context.strokeStyle = rgb(RAINBOW[bone]);
    context.beginPath();
    context.moveTo(start.x + 0.5, start.y + 0.5);
    context.lineTo(end.x + 0.5, end.y + 0.5);
    context.stroke();
  });
  discs(context, points, JOINT, () => "#00f");
}

/** @param {Context} context @param {(Place | null)[]} points @param {number} radius @param {(index: number) => string} colour */
function discs(context, points, radius, colour) {
  points.forEach((point, index) => {
    if (!point) return;
    context.fillStyle = colour(index);
    context.beginPath();
    context.arc(point.x + 0.5, point.y + 0.5, radius + 0.5, 0, 2 * Math.PI);
    context.fill();
  });
}

/** @param {number[]} levels */
const rgb = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;
