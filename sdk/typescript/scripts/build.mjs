// Writes dist/esm and dist/cjs: the same sources as ES modules and as CommonJS, each with its declarations.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ROOT } from "./paths.mjs";

const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const directory = fileURLToPath(ROOT);

rmSync(new URL("dist", ROOT), { recursive: true, force: true });
for (const form of ["esm", "cjs"]) {
  execFileSync(process.execPath, [compiler, "-p", `tsconfig.${form}.json`], { cwd: directory, stdio: "inherit" });
}
writeFileSync(new URL("dist/cjs/package.json", ROOT), '{ "type": "commonjs" }\n');
