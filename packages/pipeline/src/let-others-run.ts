import { setImmediate } from "node:timers/promises";

/**
 * Hands the process over for one round of its event loop. The embedded database computes in this very thread and
 * answers without ever waiting for anything, so that a loop over batches would let neither a page be served nor a
 * signal arrive before its end.
 */
export async function letOthersRun(): Promise<void> {
  await setImmediate();
}
