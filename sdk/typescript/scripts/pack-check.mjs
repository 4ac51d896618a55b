// Packs the package, looks at what is in it, and uses it as its users would: imported, required, compiled against, and as
// its README shows.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./paths.mjs";

const directory = fileURLToPath(ROOT);
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { name, version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
const wanted = [
  /^dist\/(esm|cjs)\/[\w/]+\.(js|d\.ts)$/,
  /^dist\/cjs\/package\.json$/,
  /^(package\.json|README\.md|CHANGELOG\.md)$/,
];

const work = mkdtempSync(join(tmpdir(), "perdura-client-"));
try {
  checkChangelog();
  const archive = pack();
  useIt(archive);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function checkChangelog() {
  if (!readFileSync(join(directory, "CHANGELOG.md"), "utf8").includes(`\n## ${version} `)) {
    throw new Error(`CHANGELOG.md says nothing about ${version}`);
  }
}

function pack() {
  const output = run("npm", ["pack", "--json", "--pack-destination", work], directory);
  const [{ filename, files, unpackedSize }] = JSON.parse(output);
  const paths = files.map((file) => file.path);
  const strays = paths.filter((path) => !wanted.some((pattern) => pattern.test(path)));
  const twins = paths.filter((path) => path.startsWith("dist/esm/")).map((path) => path.replace("/esm/", "/cjs/"));
  const missing = [...twins, "README.md", "CHANGELOG.md"].filter((path) => !paths.includes(path));
  if (strays.length + missing.length > 0) {
    throw new Error(`packed by mistake: [${strays}], not packed: [${missing}]`);
  }
  for (const path of paths.filter((one) => one.startsWith("dist/"))) {
    const text = readFileSync(join(directory, path), "utf8");
    if (/(from |require\()["'](?!\.)/.test(text)) {
      throw new Error(`${path} needs another module`);
    }
  }
  console.log(`${filename}: ${paths.length} files, ${unpackedSize} bytes unpacked`);
  return join(work, filename);
}

function useIt(archive) {
  const module = join(work, "node_modules", name);
  mkdirSync(module, { recursive: true });
  run("tar", ["-xzf", archive, "-C", module, "--strip-components=1"], work);
  const program = (how) => `${how}
    if (VERSION !== "${version}" || new Perdura().memory === undefined) throw new Error("not the package");`;
  writeFileSync(join(work, "esm.mjs"), program(`import { Perdura, VERSION } from "${name}";`));
  writeFileSync(join(work, "cjs.cjs"), program(`const { Perdura, VERSION } = require("${name}");`));
  run(process.execPath, ["esm.mjs"], work);
  run(process.execPath, ["cjs.cjs"], work);

  const source = `import { ApiError, Perdura, type Schemas } from "${name}";
    export async function f(): Promise<Schemas["WriteAnswer"]> { return new Perdura({ scope: "s" }).memory.write({ input_text: "x" }); }
    export const g = (e: unknown) => e instanceof ApiError ? e.code : undefined;`;
  for (const [file, text, ...flags] of [
    ["user.mts", source, "--module", "nodenext"],
    ["user.cts", source, "--module", "nodenext"],
    ["user.ts", source, "--module", "esnext", "--moduleResolution", "bundler"],
    ["user.ts", source, "--module", "commonjs", "--moduleResolution", "node10"],
    ["readme.mts", shown(join(module, "README.md")), "--module", "nodenext"],
  ]) {
    writeFileSync(join(work, file), text);
    const lib = ["--lib", "ES2022,DOM", "--target", "ES2022"];
    run(process.execPath, [compiler, "--noEmit", "--strict", ...lib, ...flags, file], work);
  }
  console.log(
    `used as ES module, as CommonJS, from TypeScript and as README.md shows: ${readdirSync(module).join(" ")}`,
  );
}

/** What the README shows, one example after the other. */
function shown(readme) {
  const examples = [...readFileSync(readme, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  if (examples.length === 0) {
    throw new Error("README.md shows no TypeScript");
  }
  return examples.map(([, code]) => code).join("\n");
}

function run(command, parameters, cwd) {
  try {
    return execFileSync(command, parameters, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (fault) {
    throw new Error(`${command} ${parameters.join(" ")}:\n${fault.stdout}${fault.stderr}`);
  }
}
