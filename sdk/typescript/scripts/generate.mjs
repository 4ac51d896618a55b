// Writes src/generated from the API's description: its types, and a table of what a client has to know of each operation.
// Nothing in that directory is committed or edited.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { parse } from "yaml";
import { operationsOf } from "./operations.mjs";
import { DOCUMENT, ROOT } from "./paths.mjs";

const document = parse(await readFile(DOCUMENT, "utf8"));
const { version } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8"));
if (document.info.version !== version) {
  throw new Error(`package.json has version ${version}, the API's description ${document.info.version}`);
}

const types = await openapiTS(document, { alphabetize: false, defaultNonNullable: false, silent: true });
const table = JSON.stringify(operationsOf(document), null, 2);

const generated = new URL("src/generated/", ROOT);
await mkdir(generated, { recursive: true });
await writeFile(new URL("schema.ts", generated), COMMENT_HEADER + astToString(types));
await writeFile(
  new URL("operations.ts", generated),
  `${COMMENT_HEADER}\nexport const VERSION = ${JSON.stringify(version)};\n\nexport const OPERATIONS = ${table} as const;\n`,
);
