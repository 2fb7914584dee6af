import { resolve } from "node:path";

/** Folder of the bundle that the repository ships. */
export const SHIPPED_BUNDLE = resolve(import.meta.dirname, "../../model");
