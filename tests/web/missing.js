// What a browser has and jsdom lacks, as far as web/js uses it.

globalThis.LiteGraph ??= { vueNodesMode: false };
globalThis.ResizeObserver ??= class {
  observe() {}
  disconnect() {}
};
globalThis.IntersectionObserver ??= class {
  observe() {}
};
Element.prototype.setPointerCapture ??= () => {};
Element.prototype.releasePointerCapture ??= () => {};
HTMLCanvasElement.prototype.getContext = () => null;
HTMLDialogElement.prototype.showModal ??= function () {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function () {
  this.open = false;
  this.dispatchEvent(new Event("close"));
};
