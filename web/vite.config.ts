import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { offlineList } from "./build/offline.ts";
import { pageLanguages } from "./build/languages.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** One entry a page: the name is the page's address. Add a page here, in `pages/` and in `src/pages/`. */
const pages = ["home", "login", "desk", "board", "tech", "portal", "admin", "track"];

export default defineConfig({
  root: here("."),
  publicDir: here("public"),
  resolve: { alias: { $lib: here("src/lib"), $src: here("src") } },
  plugins: [svelte({ configFile: here("svelte.config.js") }), pageLanguages(), offlineList("tech")],
  build: {
    outDir: process.env.KAKETSUKE_WEB_OUT ?? here("dist"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // The map's chunk; it is loaded only where a map is shown, and `npm run sizes` holds the pages to their budgets.
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: {
        ...Object.fromEntries(pages.map((page) => [page, here(`pages/${page}.html`)])),
        sw: here("src/sw/sw.ts"),
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  server: {
    port: 5173,
    fs: { allow: [here(".")] },
    proxy: {
      "/api": "http://127.0.0.1:5180",
      "/tiles": "http://127.0.0.1:5180",
      "/live": { target: "ws://127.0.0.1:5180", ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
