// Stands in for ComfyUI's scripts/app.js and scripts/api.js: what web/js/host.js touches, and a record of it.

export const extensions = [];
export const toasts = [];
const listeners = new Map();

export const app = {
  registerExtension: (extension) => extensions.push(extension),
  nodeOutputs: {},
  rootGraph: { id: "root", getNodeById: () => null, setDirtyCanvas() {} },
  canvas: {
    ds: { scale: 1 },
    read_only: false,
    passed: [],
    processMouseDown(event) { this.passed.push(event.type); },
    processMouseMove(event) { this.passed.push(event.type); },
    processMouseUp(event) { this.passed.push(event.type); },
    processMouseWheel(event) { this.passed.push(event.type); },
  },
  extensionManager: {
    setting: { get: (id) => (id === "Comfy.Locale" ? "en" : undefined) },
    toast: { add: (message) => toasts.push(message) },
    workflow: { activeWorkflow: null },
  },
};

export const api = {
  apiURL: (path) => `/api${path}`,
  fetchApi: async () => new Response("{}", { status: 404 }),
  addEventListener(name, listener) {
    listeners.set(name, [...(listeners.get(name) ?? []), listener]);
  },
  dispatch: (name, detail) => (listeners.get(name) ?? []).forEach((listener) => listener({ detail })),
};
