import { defineConfig } from "vite";
import { compressed } from "./build/compressed";
import { iconSprite } from "./build/icons";
import icons from "./src/icons.json";

// Output: dist/ with names that hold a hash of the content, and dist/manifest.json from which the server learns them.
export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [iconSprite(icons), compressed()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsDir: ".",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: { main: "src/main.ts" } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
