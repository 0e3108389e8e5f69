import { beforeEach, expect, test, vi } from "vitest";
import * as host from "../../web/js/host.js";
import { api, app, extensions, toasts } from "./comfyui.js";
import { graph } from "./graph.js";

/** A node as far as the host needs one. */
function node(id = 1) {
  return {
    id,
    title: "A node",
    comfyClass: "ArmatureX",
    inputs: [],
    badges: [],
    graph: { id: "graph", incrementVersion: vi.fn(), setDirtyCanvas: vi.fn() },
    addDOMWidget: (name, type, element, options) => ({
      name,
      type,
      element,
      options,
      get value() {
        return options.getValue();
      },
      set value(value) {
        options.setValue(value);
      },
    }),
    addWidget: (type, name, value) => ({ type, name, value }),
  };
}

function editor(seat) {
  return {
    seat,
    root: document.createElement("div"),
    value: { v: 1, n: 0 },
    loads: 0,
    load(value) {
      if (value.v > 1) throw new Error("newer");
      this.loads++;
      this.value = value;
    },
  };
}

/** A seated editor: [editor, widget, node]. */
function seated(id, options = {}) {
  let made;
  host.widget({ type: "ARMATURE_X", make: (seat) => (made = editor(seat)) });
  const at = node(id);
  const { widget } = extensions.at(-1).getCustomWidgets().ARMATURE_X(at, "x", ["ARMATURE_X", options]);
  return [made, widget, at];
}

const frames = (count) =>
  new Promise((done) => {
    const next = () => (count-- ? requestAnimationFrame(next) : done());
    next();
  });

beforeEach(() => {
  LiteGraph.vueNodesMode = false;
  document.body.replaceChildren();
  toasts.length = 0;
});

test("a widget starts with the input's default and hands its value out as it is", () => {
  const [made, widget] = seated(1, { default: { v: 1, n: 7 }, socketless: true });
  expect(widget.value).toBe(made.value);
  expect(widget.value).toEqual({ v: 1, n: 7 });
  expect(widget.options.socketless).toBe(true);
});

test("a value that the editor has already is not loaded again", () => {
  const [made, widget] = seated(1);
  widget.value = { v: 1, n: 0 };
  expect(made.loads).toBe(0);
  widget.value = { v: 1, n: 1 };
  expect(made.loads).toBe(1);
});

test("a value that the editor refuses is told and kept until the user makes another", () => {
  const [made, widget] = seated(1);
  widget.value = { v: 2, secret: true };
  expect(toasts[0].detail).toBe("newer");
  expect(widget.value).toEqual({ v: 2, secret: true });
  made.seat.commit();
  expect(widget.value).toEqual({ v: 1, n: 0 });
});

test("a commit reaches the widget's callback, the graph and the undo of ComfyUI", async () => {
  const captureCanvasState = vi.fn();
  app.extensionManager.workflow.activeWorkflow = { changeTracker: { captureCanvasState } };
  const [made, widget, at] = seated(1);
  widget.callback = vi.fn();
  made.seat.commit();
  await frames(2);
  expect(widget.callback).toHaveBeenCalledWith(made.value);
  expect(at.graph.incrementVersion).toHaveBeenCalledOnce();
  expect(captureCanvasState).toHaveBeenCalled();
});

test.each([true, false])("after undo the new element takes the old one's place, in Nodes 2.0 alone (%s)", async (vue) => {
  LiteGraph.vueNodesMode = vue;
  const [old, , before] = seated(5);
  before.onAdded();
  document.body.append(old.root);
  await frames(6);
  const [fresh, , after] = seated(5);
  after.onAdded();
  await frames(6);
  expect(fresh.root.isConnected).toBe(vue);
  expect(old.root.isConnected).toBe(!vue);
});

test("hooks follow the nodes of their type and keep the node's own callbacks", () => {
  const seen = [];
  const executed = (one, output) => seen.push(output.text);
  host.follow("ArmatureX", { created: (one) => seen.push(one.id), executed });
  const { nodeCreated } = extensions.at(-1);
  const own = { ...node(3), onExecuted: () => seen.push("own") };
  nodeCreated(own);
  nodeCreated({ ...node(4), comfyClass: "Other" });
  own.onExecuted({ text: "done" });
  expect(seen).toEqual([3, "own", "done"]);
});

test("a badge follows its hidden widget and never enters the workflow", () => {
  globalThis.LGraphBadge = class {
    constructor(options) {
      Object.assign(this, options);
    }
  };
  const at = node();
  const made = vi.spyOn(at, "addWidget");
  const show = host.badge(at);
  expect(at.badges[0]().text).toBe("");
  show("wrong base", "warn");
  expect(at.badges[0]()).toMatchObject({ text: "wrong base", bgColor: "#8a5a00" });
  expect(made.mock.results[0].value).toMatchObject({ serialize: false, hidden: true });
});

test("server messages reach their listeners", () => {
  const heard = vi.fn();
  host.on("armature.x", heard);
  api.dispatch("armature.x", { a: 1 });
  expect(heard).toHaveBeenCalledWith({ a: 1 });
});

test("an input file is addressed by its name in a value", () => {
  expect(host.inputURL("armature/ab.png [input]")).toBe("/api/view?filename=ab.png&subfolder=armature&type=input");
  expect(host.inputURL("ab.png")).toBe("/api/view?filename=ab.png&subfolder=&type=input");
  expect(host.inputURL("a b.png [temp]")).toBe("/api/view?filename=a+b.png&subfolder=&type=temp");
});

test("the image of a linked node is what it shows, or what its last run left", () => {
  const made = graph({ photo: ["LoadImage"], apply: ["Apply", {}, { image: ["IMAGE", "photo.0"], other: ["IMAGE", null] }] });
  const [photo, apply] = made.nodes;
  app.rootGraph = made;
  photo.imgs = [{ src: "/shown.png" }];
  expect(host.upstreamImage(apply, "image")).toBe("/shown.png");
  photo.imgs = [];
  expect(host.upstreamImage(apply, "image")).toBe(null);
  app.nodeOutputs.photo = { images: [{ filename: "x.png", subfolder: "", type: "temp" }] };
  expect(host.upstreamImage(apply, "image")).toContain("filename=x.png");
  expect(host.upstreamImage(apply, "other")).toBe(null);
});

test("an event's id names a node inside subgraphs", () => {
  const inner = { id: 1 };
  app.rootGraph.getNodeById = (id) => (id === 3 ? { id, subgraph: { getNodeById: () => inner } } : null);
  expect(host.nodeAt("3:1")).toBe(inner);
  expect(host.nodeAt("4:1")).toBe(null);
});

test("an upload is named by its bytes", async () => {
  const posted = vi.spyOn(api, "fetchApi").mockImplementation(async (path, { body }) => {
    const file = body.get("image");
    return Response.json({ name: file.name, subfolder: body.get("subfolder") });
  });
  const image = (text) => {
    const blob = new Blob([text], { type: "image/png" });
    blob.arrayBuffer ??= async () => new TextEncoder().encode(text).buffer;
    return blob;
  };
  vi.stubGlobal("crypto", {}); // as on a page that came by http from another machine
  const name = await host.upload(image("bytes"));
  expect(name).toMatch(/^armature\/[0-9a-f]{16}\.png \[input\]$/);
  expect(await host.upload(image("bytes"))).toBe(name);
  expect(await host.upload(image("other"))).not.toBe(name);
  vi.unstubAllGlobals();
  posted.mockRestore();
});

test("a widget of the node is set as its user does", () => {
  const callback = vi.fn();
  const at = { ...node(), widgets: [{ name: "strength", value: 1, callback }] };
  host.setValueOf(at, "strength", 0.5);
  host.setValueOf(at, "absent", 0.5);
  expect(at.widgets[0].value).toBe(0.5);
  expect(callback).toHaveBeenCalledExactlyOnceWith(0.5);
});

test("elements of the page hear of changes in the graph, others no more", () => {
  const [here, gone] = [document.createElement("div"), document.createElement("div")];
  const heard = [];
  document.body.append(here);
  host.followGraph(here, () => heard.push("here"));
  host.followGraph(gone, () => heard.push("gone"));
  api.dispatch("graphChanged");
  expect(heard).toEqual(["here"]);
  here.remove();
  api.dispatch("graphChanged");
  expect(heard).toEqual(["here"]);
});

test("a value that runs do not get is kept in workflows alone", () => {
  let options;
  const at = { ...node(), addDOMWidget: (name, type, element, given) => ((options = given), {}) };
  for (const sent of [true, false]) {
    host.widget({ type: "ARMATURE_X", make: editor, sent });
    extensions.at(-1).getCustomWidgets().ARMATURE_X(at, "x", ["ARMATURE_X", {}]);
    expect(options.serialize).toBe(sent);
  }
});

test("a caption is shown in the place of the last, is not saved, and makes room for itself", () => {
  const at = node();
  Object.assign(at, { widgets: [], size: [270, 100], computeSize: () => [200, 160], setSize: vi.fn() });
  const add = at.addDOMWidget;
  at.addDOMWidget = (...given) => (at.widgets.push(add(...given)), at.widgets.at(-1));
  host.caption(at, "4 of 4 steps");
  host.caption(at, "no control\n<b>because</b>");
  expect(at.widgets).toHaveLength(1);
  const [widget] = at.widgets;
  expect(widget.serialize).toBe(false);
  expect(widget.element.textContent).toBe("no control\n<b>because</b>");
  expect(widget.element.children).toHaveLength(0);
  expect(widget.options.getMinHeight()).toBe(40);
  expect(at.setSize).toHaveBeenLastCalledWith([270, 160]);
});

test("a workflow is opened beside the one that it came from", async () => {
  app.loadGraphData = vi.fn();
  await host.openWorkflow({ id: "one", nodes: [] }, "x");
  const [workflow, , , name] = app.loadGraphData.mock.calls[0];
  expect([workflow.id, workflow.nodes, name]).toEqual([undefined, [], "x"]);
});

test("a route that is not there, or answers in HTML, is no answer", async () => {
  expect(await host.postJSON("/armature/v1/convert", {})).toBeNull();
  api.fetchApi = async () => new Response("{\"error\": 1}", { status: 400, headers: { "Content-Type": "application/json" } });
  expect(await host.postJSON("/armature/v1/convert", {})).toEqual({ error: 1 });
});
