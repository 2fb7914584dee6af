import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import {
  type ClaimedPaper,
  claimUnembedded,
  completeClaims,
  countUnembedded,
  extendClaims,
  othersClaims,
  releaseClaims,
} from "@cool-papers/db";
import type { PaperEmbedder, PipelineContext, StepControl } from "./context.ts";
import { throwIfInterrupted } from "./errors.ts";
import { letOthersRun } from "./let-others-run.ts";
import { ProgressMeter } from "./progress.ts";

export interface EmbedReport {
  /** null when no embedding bundle is installed: nothing was done. */
  readonly model: string | null;
  /** Papers whose vectors this run stored; other workers' come on top. */
  readonly embedded: number;
  readonly seconds: number;
}

export interface EmbedOptions {
  /** How long the papers of a worker that fell silent stay its own. */
  readonly claimSeconds?: number;
}

const BATCH_SIZE = 256;
/** Extended three times while it runs, so that only a process that is dead or hangs loses its papers. */
const CLAIM_SECONDS = 90;
/** Between two looks at whether the papers of other workers are done. */
const POLL_MS = 1_000;

/**
 * Vectors for every paper that has none (or an old one) of the active model. Each batch is kept as soon as it is
 * made; running again goes on with the rest. Any number of processes on any number of machines may run this on one
 * record: they share the papers and embed none twice. It ends when every paper has its vector, so it waits for what
 * others have claimed, and takes over what they leave behind. Without an embedder it says so and does nothing.
 */
export async function embedPapers(
  context: PipelineContext,
  control: StepControl = {},
  options: EmbedOptions = {},
): Promise<EmbedReport> {
  const startedMs = context.clock().getTime();
  const { db, embedder } = context;
  if (!embedder) {
    context.log("no embedding model is installed: search works on keywords; nothing to embed");
    return { model: null, embedded: 0, seconds: 0 };
  }
  const { model } = embedder;
  const total = await countUnembedded(db, model);
  const meter = new ProgressMeter({ step: "embed", label: model, unit: "papers", total }, () =>
    context.clock().getTime(),
  );
  const worker = `${hostname()}:${process.pid}:${randomUUID()}`;
  const claim = { model, worker, seconds: options.claimSeconds ?? CLAIM_SECONDS };
  let embedded = 0;
  try {
    for await (const papers of claimBatches(context, claim, control.signal)) {
      await letOthersRun();
      throwIfInterrupted(
        control.signal,
        `${embedded} papers are embedded; run the same command again to go on`,
      );
      const vectors = await keepClaimed(context, claim, () => embedTexts(embedder, papers, control.signal));
      const rows = papers.map(({ key, textHash }, i) => ({ key, textHash, vector: vectors[i]! }));
      embedded += await completeClaims(db, claim, rows);
      control.onProgress?.(meter.at(embedded, embedded));
    }
  } finally {
    // A claim that cannot be given back ends by itself.
    await releaseClaims(db, claim).catch(() => {});
  }
  return { model, embedded, seconds: (context.clock().getTime() - startedMs) / 1000 };
}

interface Claim {
  readonly model: string;
  readonly worker: string;
  readonly seconds: number;
}

function embedTexts(
  embedder: PaperEmbedder,
  papers: readonly ClaimedPaper[],
  signal: AbortSignal | undefined,
): Promise<readonly Float32Array[]> {
  return embedder.embedDocuments(
    papers.map((paper) => `${paper.title}\n${paper.abstract}`),
    signal,
  );
}

/** Batches until every paper has its vector: rounds through all keys, with a wait where only others have work left. */
async function* claimBatches(
  context: PipelineContext,
  claim: Claim,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ClaimedPaper[]> {
  let hasSaidWaiting = false;
  for (;;) {
    let claimed = 0;
    for (let after: string | null = ""; after !== null; ) {
      const batch = await claimUnembedded(context.db, { ...claim, after, limit: BATCH_SIZE });
      claimed += batch.papers.length;
      if (batch.papers.length > 0) yield batch.papers;
      else throwIfInterrupted(signal, "run the same command again to go on");
      after = batch.after;
    }
    if (claimed > 0) continue;
    const others = await othersClaims(context.db, claim);
    if (others.papers === 0 && (await countUnembedded(context.db, claim.model)) === 0) return;
    if (!hasSaidWaiting && others.papers > 0)
      context.log(`waiting for ${others.papers} papers that another worker is embedding`);
    hasSaidWaiting = true;
    await delay(Math.min(POLL_MS, 1000 * others.secondsToFirstEnd), undefined, { signal }).catch(() => {});
  }
}

/** Runs `work` while the claims are extended well before they end. */
async function keepClaimed<T>(context: PipelineContext, claim: Claim, work: () => Promise<T>): Promise<T> {
  // A failure to extend shows when the vectors are stored.
  const extend = () => void extendClaims(context.db, claim).catch(() => {});
  const timer = setInterval(extend, (claim.seconds * 1000) / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
