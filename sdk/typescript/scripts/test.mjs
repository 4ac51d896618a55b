// Runs the tests (or those that are named), which compile.mjs has put into build/.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ROOT } from "./paths.mjs";

const wanted = process.argv.slice(2);
const files = readdirSync(new URL("build/test", ROOT))
  .filter((name) => name.endsWith(".test.js") && (wanted.length === 0 || wanted.includes(name.slice(0, -8))))
  .map((name) => `build/test/${name}`);
if (files.length === 0) {
  throw new Error(`no test is called ${wanted}`);
}
process.exitCode =
  spawnSync(process.execPath, ["--test", ...files], { cwd: fileURLToPath(ROOT), stdio: "inherit" }).status ?? 1;
