// Compiles sources, tests, examples and the behaviour runner to build/.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ROOT } from "./paths.mjs";

const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(new URL("build", ROOT), { recursive: true, force: true });
execFileSync(process.execPath, [compiler, "-p", "tsconfig.node.json"], { cwd: fileURLToPath(ROOT), stdio: "inherit" });
