import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stub = fileURLToPath(new URL("./comfyui.js", import.meta.url));

export default defineConfig({
  root,
  cacheDir: "node_modules/.vite",
  resolve: { alias: [{ find: /^.*\/scripts\/(app|api)\.js$/, replacement: stub }] },
  test: { environment: "jsdom", include: ["tests/web/**/*.test.js"], setupFiles: ["tests/web/missing.js"] },
});
