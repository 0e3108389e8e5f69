/** The part of ComfyUI's frontend that web/js/host.js touches, as versions 1.47 and 1.58 have it. */

interface ComfyWidget {
  name: string;
  type: string;
  value: any;
  y?: number;
  hidden?: boolean;
  disabled?: boolean;
  serialize?: boolean;
  element?: HTMLElement;
  options: Record<string, any>;
  callback?: (value: any) => void;
}

interface ComfySlot {
  name: string;
  type: string | number;
  label?: string;
}

interface ComfyLink {
  id: number;
  origin_id: number | string;
  origin_slot: number;
  target_id: number | string;
  target_slot: number;
}

interface ComfyNode {
  id: number | string;
  type: string;
  title: string;
  comfyClass?: string;
  mode: number;
  graph?: ComfyGraph | null;
  subgraph?: ComfyGraph;
  inputs: ComfySlot[];
  outputs: ComfySlot[];
  widgets?: ComfyWidget[];
  badges: (() => object)[];
  imgs?: HTMLImageElement[];
  pos: [number, number];
  size: [number, number];
  properties: Record<string, any>;
  addDOMWidget(name: string, type: string, element: HTMLElement, options: object): ComfyWidget;
  addWidget(type: string, name: string, value: any, callback: (value: any) => void, options?: object): ComfyWidget;
  getWidgetFromSlot(slot: ComfySlot): ComfyWidget | undefined;
  setSize(size: [number, number]): void;
  computeSize(): [number, number];
  onAdded?: (...given: any[]) => void;
  onConfigure?: (...given: any[]) => void;
  onRemoved?: (...given: any[]) => void;
  onExecuted?: (output: Record<string, any>) => void;
  onConnectionsChange?: (...given: any[]) => void;
  [name: string]: any;
}

interface ComfyGraph {
  id: string;
  rootGraph: ComfyGraph;
  nodes: ComfyNode[];
  links: Map<number, ComfyLink>;
  getNodeById(id: number | string): ComfyNode | null;
  add(node: ComfyNode): void;
  remove(node: ComfyNode): void;
  setDirtyCanvas(front: boolean, back?: boolean): void;
  incrementVersion?: () => void;
  serialize(): object;
}

interface ComfyMenuItem {
  content: string;
  callback: () => void;
}

/** Of an input, [its type, its options]; a method's options hold choices with inputs of their own. */
type ComfyInputs = Record<string, Record<string, [any, Record<string, any>?]>>;

interface ComfyNodeDefinition {
  name: string;
  input?: ComfyInputs;
}

interface ComfyHooks {
  init?: () => void | Promise<void>;
  setup?: () => void | Promise<void>;
  getCustomWidgets?: () => Record<
    string,
    (node: ComfyNode, name: string, spec: [string, any]) => { widget: ComfyWidget; minWidth?: number; minHeight?: number }
  >;
  beforeRegisterNodeDef?: (type: unknown, definition: ComfyNodeDefinition) => void;
  nodeCreated?: (node: ComfyNode) => void;
  getNodeMenuItems?: (node: ComfyNode) => (ComfyMenuItem | null)[];
  getCanvasMenuItems?: () => (ComfyMenuItem | null)[];
  afterConfigureGraph?: () => void;
  menuCommands?: { path: string[]; commands: string[] }[];
  commands?: { id: string; label: string | (() => string); icon?: string; function: () => void }[];
  settings?: { id: string; name: string; type: string; defaultValue: any; [option: string]: any }[];
}

interface ComfyExtension extends ComfyHooks {
  name: string;
}

interface ComfyApp {
  rootGraph: ComfyGraph;
  nodeOutputs: Record<string, any>;
  canvas: {
    graph: ComfyGraph | null;
    ds: { scale: number };
    read_only: boolean;
    processMouseDown(event: PointerEvent): void;
    processMouseMove(event: PointerEvent): void;
    processMouseUp(event: PointerEvent): void;
    processMouseWheel(event: WheelEvent): void;
  };
  extensionManager: {
    setting: { get(id: string): any };
    toast: { add(message: { severity: string; summary: string; detail?: string; life?: number }): void };
    workflow: { activeWorkflow: { filename?: string; changeTracker?: { captureCanvasState?: () => void } } | null };
  };
  registerExtension(extension: ComfyExtension): void;
  loadGraphData(workflow: object, clean: boolean, restoreView: boolean, name: string): Promise<void>;
}

interface ComfyApi {
  apiURL(path: string): string;
  fetchApi(path: string, options?: RequestInit): Promise<Response>;
  addEventListener(name: string, listener: (event: CustomEvent) => void): void;
}

declare module "*/scripts/app.js" {
  export const app: ComfyApp;
}

declare module "*/scripts/api.js" {
  export const api: ComfyApi;
}

declare const LiteGraph: { vueNodesMode?: boolean; registered_node_types: Record<string, any> };
declare const LGraphBadge: new (options: { text: string; fgColor?: string; bgColor?: string }) => object;
