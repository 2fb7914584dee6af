import { freemem } from "node:os";
import { type Bundle, type BundleVariant, type ModelUse, readBundle } from "@cool-papers/onnx";
import { readTokenizerJson, type WordPieceTokenizer } from "@cool-papers/text";
import type { EncoderModel, ExecutionProvider, ModelVariant } from "../encoder.ts";
import { ModelLoadError } from "../errors.ts";
import { chooseVariant, type ProviderChoice, providersToTry } from "./execution-provider.ts";
import { LocalEncoder } from "./local-encoder.ts";
import { Reranker, readLogWeights } from "./reranker.ts";
import { installedProviders, openSession, SessionRunner } from "./session-runner.ts";
import { TokenReader } from "./token-reader.ts";

export interface OpenModelOptions {
  /** Folder of a bundle as packages/onnx writes it. */
  readonly bundleDir: string;
  /** Default "auto". */
  readonly provider?: ProviderChoice;
  readonly deviceId?: number;
  /** null or absent: the best one for the provider. */
  readonly variant?: ModelVariant | null;
  /** CPU threads within one run; null or absent: one for each core. */
  readonly threads?: number | null;
  /** Padded tokens in one run. Default: BATCH_TOKENS. */
  readonly maxBatchTokens?: number;
  readonly maxBatchTexts?: number;
  /** Texts that may wait. Default 8,192. */
  readonly maxPending?: number;
  /** Free memory in bytes; passed in by tests. */
  readonly freeMemoryBytes?: number;
}

/**
 * On the CPU a token costs the same from 512 tokens a run on, and up to a sixth more at 4,096, where buffers without an
 * arena are mapped anew in every run (processor time of one thread, tiny size, float32 and int8). Short runs also let
 * a query wait less behind a crowd of abstracts. Devices want more to do at once; theirs is not measured.
 */
const BATCH_TOKENS = { cpu: 1024, device: 4096 } as const;

/** Weights are held twice while the runtime prepares them, and a batch needs room beside them. */
const MEMORY_FACTOR = 2.5;

/**
 * Loads a bundle on the best execution provider that works here; what was tried in vain is told in `model.notes`.
 *
 * @throws ModelLoadError when the bundle is damaged, lacks the variant, is too large for the free memory, or runs nowhere
 */
export async function openModel(options: OpenModelOptions): Promise<LocalEncoder> {
  const bundle = await readBundle(options.bundleDir).catch((cause: unknown) => {
    throw new ModelLoadError(message(cause), null, { cause });
  });
  const tokenizer = readTokenizer(bundle);
  const { config } = bundle;
  const opened = await openAnyRunner(bundle, tokenizer, options);
  const { runner, queryRunner, provider, variant, notes, reranker } = opened;
  const model: EncoderModel = {
    id: config.id,
    dimension: config.dimension,
    dimensions: config.matryoshkaDims,
    maxTokens: config.maxTokens,
    vocabSize: tokenizer.vocabSize,
    reranks: reranker !== null,
    variant,
    provider,
    notes,
  };
  const limits = {
    maxTokens: options.maxBatchTokens ?? BATCH_TOKENS[provider === "cpu" ? "cpu" : "device"],
    maxTexts: options.maxBatchTexts ?? 256,
  };
  return new LocalEncoder({
    model,
    tokenizer,
    prefixes: config.prefixes,
    runner,
    queryRunner,
    reranker,
    limits,
    maxPending: options.maxPending ?? 8192,
  });
}

function readTokenizer(bundle: Bundle): WordPieceTokenizer {
  try {
    return readTokenizerJson(bundle.tokenizerJson);
  } catch (cause) {
    throw new ModelLoadError(`The tokenizer in ${bundle.folder} cannot be used: ${message(cause)}`, null, {
      cause,
    });
  }
}

/** What this process may still take: a container's limit can be below what the machine has free. */
function freeMemoryBytes(): number {
  return Math.min(freemem(), process.availableMemory());
}

/** On the first provider that loads the model and runs it: some accept a model that they cannot run. */
async function openAnyRunner(bundle: Bundle, tokenizer: WordPieceTokenizer, options: OpenModelOptions) {
  const installed = installedProviders();
  const offered = Object.keys(bundle.config.variants) as BundleVariant[];
  const notes: string[] = [];
  for (const provider of providersToTry(options.provider ?? "auto", installed)) {
    const variant = chooseVariant(provider, offered, options.variant ?? null);
    if (variant === null) {
      throw new ModelLoadError(
        `${bundle.folder} holds no ${options.variant} model; it offers ${offered.join(", ")}.`,
      );
    }
    if (provider !== "cpu" && !installed.includes(provider)) {
      notes.push(
        `${provider} is not used: it is not installed beside ONNX Runtime, which has ${installed.join(", ")} (docs/embedding-api.md says how to add it).`,
      );
      continue;
    }
    const freeBytes = options.freeMemoryBytes ?? freeMemoryBytes();
    const file = await modelFile(bundle, variant, "document", freeBytes);
    const { queryVariants, rerankVariants, rerankQueryVariants } = bundle.config;
    const fileFor = (use: ModelUse) => modelFile(bundle, variant, use, freeBytes);
    const queryFile = queryVariants && (await fileFor("query"));
    const rerankFile = rerankVariants && (await fileFor("rerank"));
    const rerankQueryFile = rerankQueryVariants && (await fileFor("rerank-query"));
    const opened: { release(): Promise<void> }[] = [];
    const keep = <T extends { release(): Promise<void> }>(loaded: T): T => {
      opened.push(loaded);
      return loaded;
    };
    const open = async (path: string) => keep(await openRunner(path, provider, bundle, tokenizer, options));
    try {
      const runner = await open(file);
      const queryRunner = queryFile === undefined ? null : await open(queryFile);
      const rerankRunner = rerankFile === undefined ? runner : await open(rerankFile);
      const queryReader =
        rerankQueryFile === undefined
          ? null
          : keep(await openTokenReader(rerankQueryFile, provider, tokenizer, options));
      if (queryReader !== null) await checkWidths(rerankRunner, queryReader, tokenizer);
      const reranker = await openReranker(bundle, tokenizer, rerankFile ?? file, rerankRunner, queryReader);
      return { runner, queryRunner, provider, variant, notes, reranker };
    } catch (error) {
      for (const loaded of opened) await loaded.release();
      notes.push(`${provider} is not used: ${firstLine(message(error))}`);
    }
  }
  throw new ModelLoadError(`The model in ${bundle.folder} does not run here: ${notes.join(" ")}`);
}

/** null where the bundle names no token weights. */
async function openReranker(
  { config }: Bundle,
  tokenizer: WordPieceTokenizer,
  file: string,
  runner: SessionRunner,
  queryReader: TokenReader | null,
): Promise<Reranker | null> {
  if (config.tokenLogWeights === undefined) return null;
  const logWeights = await readLogWeights(file, config.tokenLogWeights, tokenizer.vocabSize);
  const { matryoshkaDims, rerankVariants, maxTokens } = config;
  const ownsRunner = rerankVariants !== undefined;
  // Vectors made for comparing tokens are compared whole.
  const dimensions = ownsRunner ? null : matryoshkaDims;
  return new Reranker({ tokenizer, runner, queryReader, ownsRunner, logWeights, dimensions, maxTokens });
}

async function openRunner(
  file: string,
  provider: ExecutionProvider,
  bundle: Bundle,
  tokenizer: WordPieceTokenizer,
  options: OpenModelOptions,
): Promise<SessionRunner> {
  const { pooling, dimension } = bundle.config;
  const { pad, cls, sep } = tokenizer.special;
  const session = await openSession(file, sessionOptions(provider, options));
  const runner = new SessionRunner(session, { pooling, dimension, padId: pad });
  await warmUp(runner, async () => (await runner.run([Int32Array.of(cls, sep)], 8))[0]);
  return runner;
}

async function openTokenReader(
  file: string,
  provider: ExecutionProvider,
  { special: { cls, sep } }: WordPieceTokenizer,
  options: OpenModelOptions,
): Promise<TokenReader> {
  const reader = new TokenReader(await openSession(file, sessionOptions(provider, options)));
  await warmUp(reader, async () => (await reader.read(Int32Array.of(cls, sep))).vectors);
  return reader;
}

/** Tokens of a query and of a text can be compared only where both have as many numbers. */
async function checkWidths(
  runner: SessionRunner,
  reader: TokenReader,
  { special: { cls } }: WordPieceTokenizer,
): Promise<void> {
  const ids = Int32Array.of(cls);
  const [text] = await runner.run([ids], 1);
  const { vectors } = await reader.read(ids);
  if (text!.length !== vectors.length) {
    throw new ModelLoadError(
      `for reranking, tokens of queries have ${vectors.length} numbers and those of texts ${text!.length}; export the bundle again.`,
    );
  }
}

const sessionOptions = (provider: ExecutionProvider, { threads, deviceId }: OpenModelOptions) => ({
  provider,
  threads: threads ?? null,
  deviceId: deviceId ?? 0,
});

/** @param freeBytes has to hold all models of the variant together */
async function modelFile(
  bundle: Bundle,
  variant: BundleVariant,
  use: ModelUse,
  freeBytes: number,
): Promise<string> {
  const { variants, queryVariants = {}, rerankVariants = {}, rerankQueryVariants = {} } = bundle.config;
  const files = [variants, queryVariants, rerankVariants, rerankQueryVariants].map(
    (models) => models[variant]?.sizeBytes ?? 0,
  );
  const stated = files.reduce((sum, size) => sum + size, 0);
  const needed = stated * MEMORY_FACTOR;
  if (needed > freeBytes) {
    const [need, free] = [needed, freeBytes].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
    throw new ModelLoadError(
      `The ${variant} model in ${bundle.folder} needs about ${need} of memory and ${free} are free; ` +
        "stop other programs or use a smaller variant.",
    );
  }
  return bundle.modelFile(variant, use).catch((cause: unknown) => {
    throw new ModelLoadError(message(cause), null, { cause });
  });
}

/**
 * The first run allocates and compiles; better now than in somebody's request. A model that gives no numbers is
 * released again.
 */
async function warmUp(
  model: { release(): Promise<void> },
  run: () => Promise<Float32Array | undefined>,
): Promise<void> {
  try {
    const numbers = await run();
    if (numbers === undefined || !numbers.every(Number.isFinite))
      throw new Error("its vectors are no finite numbers");
  } catch (error) {
    await model.release();
    throw error;
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.slice(0, 300);
}
