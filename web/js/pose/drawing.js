// @ts-check
/** The map as Python will draw it (preprocessors/pose/openpose.py), near enough to edit by; Python's is the one that counts. */

import { BONES, COLOURS, LIMBS, RAINBOW } from "./skeleton.js";

/** @typedef {import("./model.js").Place} Place */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */

const [STICK, JOINT, FACE_POINT] = [4, 4, 3]; // pixels of the map
const THICKNESS = 3; // of what OpenCV calls 2
const DIMMED = 0.6;
const BORDER = 0.7; // OpenCV fills what a polygon's border touches
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
    const middle = { x: Math.floor((start.x + end.x) / 2), y: Math.floor((start.y + end.y) / 2) };
    const angle = Math.trunc((Math.atan2(y, x) * 180) / Math.PI);
    context.fillStyle = context.strokeStyle = rgb(COLOURS[limb].map((level) => Math.trunc(level * DIMMED)));
    ellipse(context, middle, Math.trunc(length / 2), STICK, angle);
  });
  discs(context, points, JOINT, (index) => rgb(COLOURS[index]));
}

/**
 * A polygon with corners on whole pixels and their border, as OpenCV's ellipse2Poly and fillConvexPoly make it.
 * @param {Context} context @param {{ x: number, y: number }} middle @param {number} long @param {number} short @param {number} angle in degrees
 */
function ellipse(context, middle, long, short, angle) {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  context.beginPath();
  for (let degree = 0; degree < 360; degree++) {
    const [x, y] = [long * Math.cos((degree * Math.PI) / 180), short * Math.sin((degree * Math.PI) / 180)];
    context.lineTo(Math.round(middle.x + x * cos - y * sin) + 0.5, Math.round(middle.y + x * sin + y * cos) + 0.5);
  }
  context.closePath();
  context.lineWidth = BORDER;
  context.lineJoin = "round";
  context.fill();
  context.stroke();
}

/** @param {Context} context @param {(Place | null)[]} points */
function drawHand(context, points) {
  context.lineWidth = THICKNESS;
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
    context.arc(point.x + 0.5, point.y + 0.5, radius, 0, 2 * Math.PI);
    context.fill();
  });
}

/** @param {number[]} levels */
const rgb = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;
