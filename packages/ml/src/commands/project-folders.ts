import { fileURLToPath } from "node:url";

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** Public data beside the checkout; see its README. */
export const DATA_DIR = fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
/** Checkpoints and logs; not part of the repository. */
export const RUNS_DIR = fileURLToPath(new URL("../../../../.data/ml", import.meta.url));
