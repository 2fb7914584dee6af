import { type DatabaseStats, databaseStats } from "@cool-papers/db";
import { type ByteSource, openFileSource, streamSource } from "@cool-papers/ingest";
import type { EngineStats } from "@cool-papers/search";
import { z } from "zod";
import { buildIndex } from "./build-index.ts";
import type { PipelineContext, StepControl } from "./context.ts";
import { embedPapers } from "./embed-papers.ts";
import { StepOptionsError } from "./errors.ts";
import { exportPapers } from "./export-papers.ts";
import { DEFAULT_BATCH_SIZE } from "./import-files.ts";
import { linkWorks } from "./link-works.ts";
import { runAll } from "./run-all.ts";
import { seedIfEmpty } from "./seed-if-empty.ts";
import { acquireWriter } from "./writer-lock.ts";

/** What a step may need from its caller besides options: a byte stream for the file `-`, a place for an export's lines. */
export interface StepStreams extends StepControl {
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
  readonly onLine?: ((line: string) => void | Promise<void>) | undefined;
}

export interface StatsReport {
  readonly database: DatabaseStats;
  readonly index: EngineStats;
}

const ImportRequest = z.strictObject({
  /** Absolute paths on the machine where the step runs; `-` is the caller's stream. */
  files: z.array(z.string().min(1)).min(1, "name at least one file").max(1000),
  format: z.string().nullable().default(null),
  limit: z.int().min(1).nullable().default(null),
  batchSize: z.int().min(1).max(20_000).default(DEFAULT_BATCH_SIZE),
});
const NoOptions = z.strictObject({});

interface Step<Options, Report> {
  readonly options: z.ZodType<Options>;
  /** Writing steps run one at a time in a data folder. */
  readonly writes: boolean;
  /** True when many processes may share the step's work: where the record is a server's, it runs in each that asks. */
  readonly isShared?: boolean;
  /** False when the step makes and reads no vectors. */
  readonly usesEmbedder: boolean;
  readonly run: (context: PipelineContext, options: Options, streams: StepStreams) => Promise<Report>;
}

function defineStep<Options, Report>(step: Step<Options, Report>): Step<Options, Report> {
  return step;
}

/** Every step by name, with the options that its callers (command line, admin endpoint) send as JSON. */
export const STEPS = {
  import: defineStep({
    options: ImportRequest.extend({
      index: z.boolean().default(true),
      /** Vectors for what is new, before the index takes it in. */
      embed: z.boolean().default(true),
    }),
    writes: true,
    usesEmbedder: true,
    run: async (context, { files, index, embed, ...options }, streams) => {
      const sources = await openSources(files, streams);
      const steps = index ? (["link", ...(embed ? (["embed"] as const) : []), "index"] as const) : [];
      return runAll(context, sources, { ...options, steps }, streams);
    },
  }),
  all: defineStep({
    options: ImportRequest,
    writes: true,
    usesEmbedder: true,
    run: async (context, { files, ...options }, streams) => {
      const sources = await openSources(files, streams);
      return runAll(context, sources, { ...options, steps: ["link", "embed", "index"] }, streams);
    },
  }),
  link: defineStep({
    options: NoOptions,
    writes: true,
    usesEmbedder: false,
    run: (context) => linkWorks(context),
  }),
  embed: defineStep({
    options: NoOptions,
    // It writes vectors, under claims of its own, and leaves the search index alone.
    writes: false,
    isShared: true,
    usesEmbedder: true,
    run: (context, _, streams) => embedPapers(context, streams),
  }),
  index: defineStep({
    options: z.strictObject({ full: z.boolean().default(false) }),
    writes: true,
    usesEmbedder: true,
    run: (context, { full }, streams) => buildIndex(context, { isFull: full }, streams),
  }),
  seed: defineStep({
    options: NoOptions,
    writes: true,
    usesEmbedder: true,
    run: (context, _, streams) => seedIfEmpty(context, streams),
  }),
  export: defineStep({
    options: NoOptions,
    writes: false,
    usesEmbedder: false,
    run: (context, _, streams) => exportPapers(context, streams.onLine ?? (() => {}), streams),
  }),
  stats: defineStep({
    options: NoOptions,
    writes: false,
    usesEmbedder: false,
    run: async (context): Promise<StatsReport> => ({
      database: await databaseStats(context.db),
      index: await context.engine.stats(),
    }),
  }),
} as const;

export type StepName = keyof typeof STEPS;
export type StepOptions<Name extends StepName> = z.input<(typeof STEPS)[Name]["options"]>;
type StepReports = {
  [Name in StepName]: (typeof STEPS)[Name]["run"] extends (...args: never[]) => Promise<infer Report>
    ? Report
    : never;
};
export type StepReport<Name extends StepName> = StepReports[Name];

/** True for a name in the table. */
export function isStepName(name: string): name is StepName {
  return Object.hasOwn(STEPS, name);
}

/** True when several processes may run the step at once and divide its work. */
export function isSharedStep(name: StepName): boolean {
  const step: { readonly isShared?: boolean } = STEPS[name];
  return step.isShared ?? false;
}

/** A step that may start: its options are read, and it alone may write. `run` ends the claim, however it ends. */
export interface ClaimedStep<Name extends StepName> {
  run(streams: StepStreams): Promise<StepReport<Name>>;
}

/** Throws StepOptionsError and StepBusyError before anything is touched. */
export async function claimStep<Name extends StepName>(
  context: PipelineContext,
  name: Name,
  rawOptions: unknown,
): Promise<ClaimedStep<Name>> {
  // A union of steps cannot be called with the options of one; the name ties them together.
  const step = STEPS[name] as unknown as Step<unknown, unknown>;
  const options = step.options.safeParse(rawOptions ?? {});
  if (!options.success)
    throw new StepOptionsError(`${name}: ${z.prettifyError(options.error).replace(/\s+/gu, " ")}`);
  const release = step.writes ? await acquireWriter(context.dataDir, name, context.clock()) : async () => {};
  return {
    run: async (streams): Promise<StepReport<Name>> => {
      try {
        return (await step.run(context, options.data, streams)) as StepReport<Name>;
      } finally {
        await release();
      }
    },
  };
}

/** Runs a step here, in this process. */
export async function runStep<Name extends StepName>(
  context: PipelineContext,
  name: Name,
  options: StepOptions<Name>,
  streams: StepStreams = {},
): Promise<StepReport<Name>> {
  return (await claimStep(context, name, options)).run(streams);
}

/** All files are opened before the first is read, so that a misspelt name costs nothing. */
async function openSources(files: readonly string[], streams: StepStreams): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  for (const file of files) {
    if (file !== "-") sources.push(await openFileSource(file));
    else if (streams.stdin) sources.push(streamSource("stdin", streams.stdin));
    else throw new StepOptionsError('"-" reads a stream, and none is there');
  }
  return sources;
}
