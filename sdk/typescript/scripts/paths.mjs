/** The package's directory. */
export const ROOT = new URL("../", import.meta.url);

/** The API's description, as the server serves it. */
export const DOCUMENT = new URL("../../modules/api/src/main/resources/META-INF/openapi.yaml", ROOT);
