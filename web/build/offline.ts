import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/**
 * Writes into the service worker the list of files that `page` needs to start without a network, and a name for that
 * set: a new build is a new set, so old files are dropped as a whole and never mixed with new ones.
 */
export function offlineList(page: string): Plugin {
  return {
    name: "kaketsuke-offline-list",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") throw new Error("the service worker was not built");
        const files = new Set<string>();
        const walk = (name: string): void => {
          const chunk = bundle[name];
          if (files.has(name) || chunk?.type !== "chunk") return;
          files.add(name);
          chunk.viteMetadata?.importedCss.forEach((css) => files.add(css));
          chunk.imports.forEach(walk);
        };
        for (const [name, chunk] of Object.entries(bundle)) {
          if (chunk.type === "chunk" && chunk.isEntry && chunk.name === page) walk(name);
        }
        const list = [...files].sort().map((name) => `/${name}`);
        const version = createHash("sha256").update(list.join("\n")).digest("hex").slice(0, 12);
        worker.code = worker.code.replaceAll(
          "__OFFLINE__",
          JSON.stringify({ version, files: list, page: `/${page}` }),
        );
      },
    },
  };
}
