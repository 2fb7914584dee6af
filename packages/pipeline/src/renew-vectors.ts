import { type IndexReport, readPosition } from "./build-index.ts";
import type { PipelineContext, StepControl } from "./context.ts";
import { runStep } from "./steps.ts";

/**
 * The model whose vectors the search index holds, where it is another than the embedder's; else null. Vectors of two models
 * say nothing about each other, whether or not they are equally long.
 */
export async function otherModelIndexed(context: PipelineContext): Promise<string | null> {
  const held = (await readPosition(context))?.model ?? null;
  return context.embedder !== null && held !== context.embedder.model ? held : null;
}

/**
 * Embeds every paper and builds the search index when it holds the vectors of another model than the embedder's, as after an
 * update that ships a new one; the site calls it when it starts, and searches by words meanwhile. What was embedded before an
 * interruption stays. Resolves to null when there is nothing to renew.
 * Throws what the steps `embed` and `index` throw, StepBusyError among it.
 */
export async function renewVectors(
  context: PipelineContext,
  control: StepControl = {},
): Promise<IndexReport | null> {
  const held = await otherModelIndexed(context);
  if (held === null) return null;
  const model = context.embedder!.model;
  context.log(
    `The search index holds vectors of ${held}; embedding all papers with ${model}. Until that is done, search goes by words.`,
  );
  await runStep(context, "embed", {}, control);
  const report = await runStep(context, "index", {}, control);
  context.log(`The search index holds vectors of ${model} now: ${report.vectors} of ${report.documents}.`);
  return report;
}
