// @ts-check
/** Nodes that take the places of missing ones are drawn at once. */

import { changed, extend } from "../host.js";

extend("replaced", {
  nodeCreated(node) {
    // The newest frontend goes on drawing the missing node, which fails, until the graph's version is another.
    if (node.comfyClass?.startsWith("Armature")) queueMicrotask(() => changed(node));
  },
});
