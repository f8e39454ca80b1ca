// Builds the front into dist/: installs what package-lock.json lists, checks the types, bundles. Called by Escale.Ui.csproj when a source is newer;
// safe to call by hand: node build.mjs. The finished folder replaces the old one at once, so that no one serves half of it.
import { spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const made = `dist.${process.pid}`;

function run(program, ...options) {
  const result = spawnSync(program, options, { cwd: folder, stdio: "inherit", env: { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: "true" } });
  if (result.status !== 0) {
    rmSync(join(folder, made), { recursive: true, force: true });
    console.error(`${program} ${options.join(" ")} failed: ${result.error?.message ?? `exit code ${result.status}`}`);
    process.exit(1);
  }
}

run(process.execPath, join(folder, "..", "src", "Escale.Engines", "native", "restore.mjs"), folder);
run(process.execPath, join(folder, "node_modules", "typescript", "bin", "tsc"), "--noEmit");
run(process.execPath, join(folder, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn", "--outDir", made);
const old = `${made}.old`;
if (existsSync(join(folder, "dist"))) renameSync(join(folder, "dist"), join(folder, old));
renameSync(join(folder, made), join(folder, "dist"));
rmSync(join(folder, old), { recursive: true, force: true });
