import type { IndexReport } from "./build-index.ts";
import { readPosition } from "./build-index.ts";
import type { PipelineContext, StepControl } from "./context.ts";
import { runStep } from "./steps.ts";

/**
 * Builds the search index anew when the one on disk cannot be used (another version's format, damaged files) or is
 * gone; the site calls it when it starts and serves meanwhile. Resolves to null when there is nothing to repair.
 * Throws what the step `index` throws, StepBusyError among it.
 */
export async function repairIndex(
  context: PipelineContext,
  control: StepControl = {},
): Promise<IndexReport | null> {
  const { problem, documents } = await context.engine.stats();
  if (!problem) {
    const built = await readPosition(context);
    if (built === null || built.documents === 0 || documents > 0) return null;
    context.log("The search index is gone.");
  }
  const report = await runStep(context, "index", { full: true }, control);
  context.log(`The search index is built anew: ${report.documents} documents.`);
  return report;
}
