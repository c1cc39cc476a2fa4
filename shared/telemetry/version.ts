import manifest from "../deno.json" with { type: "json" };

/** Version of the product, the same for all its programs. */
export const VERSION: string = manifest.version;
