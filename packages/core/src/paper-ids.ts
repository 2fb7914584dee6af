/** Ids and their recognisers alone, for bundles that have no use for the rest (the browser extension). */
export * from "./arxiv-id.ts";
export * from "./doi.ts";
export * from "./find-paper-ids.ts";
export * from "./paper-id.ts";
export * from "./paper-url.ts";
