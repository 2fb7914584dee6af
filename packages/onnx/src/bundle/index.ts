export * from "./bundle-config.ts";
export { type Bundle, type ModelUse, readBundle } from "./read-bundle.ts";
export { type BundleParts, writeBundle } from "./write-bundle.ts";
