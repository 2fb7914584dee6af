import type { StepReport, Trainer } from "./trainer.ts";

export interface TrainLoopOptions<Batch> {
  readonly trainer: Trainer<Batch>;
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
  /** Stop when the trainer has done this many steps altogether. */
  readonly maxSteps: number;
  /** Batches whose mean gradient makes one step; 1 when left out */
  readonly gradAccumSteps?: number;
  /** Stop after this time even if steps are left. */
  readonly maxSeconds?: number;
  readonly signal?: AbortSignal;
  /** Clock in milliseconds, for tests. */
  readonly now?: () => number;
  /**
   * Called after every step: metrics, progress, evaluation, checkpoints. May be slow; the next step waits.
   * Return "stop" to end training (early stop).
   */
  readonly onStep?: (
    report: StepReport,
    elapsedSeconds: number,
  ) => Promise<"stop" | undefined> | "stop" | undefined;
}

/** Why training ended. */
export type TrainLoopEnd = "steps" | "time" | "aborted" | "stopped" | "data";

/** Feeds batches to the trainer until one of the limits is reached. The trainer stays usable afterwards. */
export async function runTrainLoop<Batch>(options: TrainLoopOptions<Batch>): Promise<TrainLoopEnd> {
  const { trainer, gradAccumSteps = 1, now = () => performance.now() } = options;
  const startedAt = now();
  const elapsedSeconds = (): number => (now() - startedAt) / 1000;
  let microBatches: Batch[] = [];
  if (trainer.step >= options.maxSteps) return "steps";
  for await (const batch of options.batches) {
    if (options.signal?.aborted) return "aborted";
    microBatches.push(batch);
    if (microBatches.length < gradAccumSteps) continue;
    const report = await trainer.update(microBatches);
    microBatches = [];
    if ((await options.onStep?.(report, elapsedSeconds())) === "stop") return "stopped";
    if (trainer.step >= options.maxSteps) return "steps";
    if (elapsedSeconds() >= (options.maxSeconds ?? Number.POSITIVE_INFINITY)) return "time";
  }
  return "data";
}
