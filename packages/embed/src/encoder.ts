/** What a text is for. The bundle may prescribe a prefix for each; null adds none. */
export type InputType = "query" | "document";

/** Text, or token ids of the model's own vocabulary (special tokens are added around them). */
export type EmbedInput = string | Int32Array;

/** What to do with a text longer than the model reads: cut its end, or refuse it. */
export type TruncationPolicy = "end" | "error";

export interface EmbedOptions {
  /** Default null: no prefix. */
  readonly inputType?: InputType | null;
  /** Length of the vectors, one of the model's `dimensions`. Default: the full one. */
  readonly dimensions?: number;
  /** Default "end". */
  readonly truncate?: TruncationPolicy;
  readonly signal?: AbortSignal | undefined;
}

export interface RerankOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface EmbedResult {
  /** One unit vector of `dimensions` numbers for each input, in the order of the inputs. */
  readonly vectors: readonly Float32Array[];
  /** Tokens of each input as the model read it, special tokens included. */
  readonly tokens: readonly number[];
}

export interface RerankResult {
  /** One for each text, in the order of the texts: the larger, the more of the query the text says. */
  readonly scores: Float32Array;
  /** Different tokens of the query and of each text, added up. */
  readonly tokens: number;
}

/** The model behind an encoder, and where it runs. */
export interface EncoderModel {
  /** Name and version of the bundle; vectors are stored under it. */
  readonly id: string;
  readonly dimension: number;
  /** Lengths that vectors may be cut to, largest first; the full one among them. */
  readonly dimensions: readonly number[];
  /** Tokens of the longest text it reads, special tokens included. */
  readonly maxTokens: number;
  readonly vocabSize: number;
  /** Whether it can compare texts token by token; see Encoder.rerank. */
  readonly reranks: boolean;
  readonly variant: ModelVariant;
  readonly provider: ExecutionProvider;
  /** Why a provider or variant that was asked for is not in use, one sentence each. */
  readonly notes: readonly string[];
}

export const MODEL_VARIANTS = ["float32", "float16", "int8"] as const;
export type ModelVariant = (typeof MODEL_VARIANTS)[number];

export const EXECUTION_PROVIDERS = ["cpu", "cuda", "tensorrt", "webgpu", "dml", "coreml"] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** Turns texts into unit vectors. Calls of many callers may be in flight at once. */
export interface Encoder {
  readonly model: EncoderModel;
  /**
   * @throws InvalidInputError for an input that cannot be embedded, OverloadedError when too much waits,
   *   ClosedError after close, and the signal's reason when it aborts
   */
  embed(inputs: readonly EmbedInput[], options?: EmbedOptions): Promise<EmbedResult>;
  /**
   * Scores a few texts, such as the first hits of a search, by how much of the query each says, token by token.
   *
   * @returns scores of about 0 to 1; those of two queries cannot be compared
   * @throws what `embed` throws, and InvalidInputError where the model does not rerank (`model.reranks`)
   */
  rerank(query: string, texts: readonly string[], options?: RerankOptions): Promise<RerankResult>;
  /** Texts that wait or run. */
  readonly pending: number;
  /** Finishes what was accepted, then frees the model. */
  close(): Promise<void>;
}
