export * from "./paper.ts";
export * from "./paper-id.ts";
export * from "./query.ts";
