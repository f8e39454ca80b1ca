// One file with the icons that the pages use (<svg><use href="…#name"/></svg>), taken from lucide-static (ISC licence).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);

export function iconSprite(names: readonly string[]): Plugin {
  return {
    name: "escale-icons",
    generateBundle() {
      const symbols = [...new Set(names)].sort().map((name) => {
        const svg = readFileSync(require.resolve(`lucide-static/icons/${name}.svg`), "utf8");
        const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1]?.replace(/\s+/g, " ").trim();
        if (!body) throw new Error(`The icon ${name} has no drawing.`);
        return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
      });
      this.emitFile({ type: "asset", name: "icons.svg", originalFileName: "icons.svg", source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>` });
    },
  };
}
