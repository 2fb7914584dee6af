import { readFile } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeModel, tensorNumbers } from "@cool-papers/onnx";
import type { WordPieceTokenizer } from "@cool-papers/text";
import { ModelLoadError } from "../errors.ts";
import type { BatchRunner } from "./local-encoder.ts";
import { readablePrefix } from "./readable-prefix.ts";
import { differentTokens, firstPlaces, heaviest, TokenMatcher } from "./token-matcher.ts";
import type { ReadTokens, TokenReader } from "./token-reader.ts";
import { TokenTable } from "./token-table.ts";
import { truncateAndNormalize } from "./vectors.ts";

export interface RerankerParts {
  readonly tokenizer: WordPieceTokenizer;
  /** Its vector of a text that is one token is that token's. */
  readonly runner: BatchRunner;
  /** Whether `release` releases the runner too: nobody else uses it. */
  readonly ownsRunner: boolean;
  /** Reads queries; null where their tokens are what they are by themselves. */
  readonly queryReader: TokenReader | null;
  /** [vocabSize]: logarithms of what tokens count in a text */
  readonly logWeights: Float32Array;
  /** Lengths that vectors may be cut to, largest first; null where they are compared whole. */
  readonly dimensions: readonly number[] | null;
  /** Tokens of the longest text that is read. */
  readonly maxTokens: number;
}

/** Numbers of a token's vector that are compared: 384 instead find nothing more (docs/log/2026-11-29-token-matching.md). */
const ENOUGH_NUMBERS = 128;
/** Tokens embedded in one run while the table is made. */
const TABLE_BATCH = 1024;
/** Texts whose tokens are kept: the papers that many searches bring up, and their titles. */
const TEXTS_KEPT = 8192;
/** Texts compared before other calls get a turn. */
const TEXTS_AT_ONCE = 32;

/** Scores texts by how much of a query they say, token by token (see TokenMatcher). */
export class Reranker {
  readonly #parts: RerankerParts;
  #table: Promise<TokenTable> | null = null;
  /** Tokens by text, the latest used last. */
  readonly #known = new Map<string, readonly number[]>();

  constructor(parts: RerankerParts) {
    this.#parts = parts;
  }

  /** One score for each text, larger for what says more of the query; tokens read, the query's included. */
  async score(
    query: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ readonly scores: Float32Array; readonly tokens: number }> {
    const table = await this.#openTable();
    const { vectors, weights, tokens: queryTokens } = await this.#read(table, query);
    const matcher = new TokenMatcher(weights, await table.similarities(vectors));
    const scores = new Float32Array(texts.length);
    let tokens = queryTokens;
    for (const [index, text] of texts.entries()) {
      if (index % TEXTS_AT_ONCE === TEXTS_AT_ONCE - 1) await nextTurn();
      signal?.throwIfAborted();
      const ids = this.#tokensOf(table, text);
      scores[index] = matcher.score(ids);
      tokens += ids.length;
    }
    return { scores, tokens };
  }

  async release(): Promise<void> {
    await (await this.#table)?.release();
    if (this.#parts.ownsRunner) await this.#parts.runner.release();
    await this.#parts.queryReader?.release();
  }

  /** The heaviest of a query's different tokens, as they are compared, and how many it has. */
  async #read(table: TokenTable, query: string): Promise<ReadTokens & { readonly tokens: number }> {
    const ids = this.#encode(query);
    const places = firstPlaces(table.weights, ids);
    const { queryReader } = this.#parts;
    const tokens = places.length;
    const weights = Float32Array.from(ids, (id) => table.weights[id]!);
    const alone = pickTokens({ vectors: table.vectorsOf(ids), weights }, places);
    const share = readShare(tokens);
    if (queryReader === null || share === 0) return { ...alone, tokens };
    const among = pickTokens(await queryReader.read(ids), places);
    return { ...bothTokens(among, alone, share), tokens };
  }

  #encode(text: string): Int32Array {
    const { tokenizer, maxTokens } = this.#parts;
    const readable = tokenizer.normalizer.splitIdeographs ? readablePrefix(text, maxTokens) : text;
    return tokenizer.encode(readable, { maxLength: maxTokens }).ids;
  }

  #tokensOf(table: TokenTable, text: string): readonly number[] {
    const tokens = this.#known.get(text) ?? differentTokens(table.weights, this.#encode(text));
    this.#known.delete(text);
    this.#known.set(text, tokens);
    if (this.#known.size > TEXTS_KEPT) this.#known.delete(this.#known.keys().next().value!);
    return tokens;
  }

  /** Made at the first call: about a second that an embedding server may never need. */
  #openTable(): Promise<TokenTable> {
    this.#table ??= makeTable(this.#parts).catch((error: unknown) => {
      this.#table = null;
      throw error;
    });
    return this.#table;
  }
}

async function makeTable({ tokenizer, runner, logWeights, dimensions }: RerankerParts): Promise<TokenTable> {
  const [first] = await runner.run([Int32Array.of(0)], 1);
  const size = dimensions?.findLast((length) => length >= ENOUGH_NUMBERS) ?? first!.length;
  const weights = logWeights.map(Math.exp);
  for (const id of Object.values(tokenizer.special)) weights[id] = 0;
  const vectors = new Float32Array(weights.length * size);
  for (let start = 0; start < logWeights.length; start += TABLE_BATCH) {
    const count = Math.min(TABLE_BATCH, logWeights.length - start);
    const ids = Array.from({ length: count }, (_, k) => Int32Array.of(start + k));
    const rows = await runner.run(ids, 1);
    rows.forEach((row, k) => {
      vectors.set(truncateAndNormalize(row, size), (start + k) * size);
    });
    await nextTurn();
  }
  return TokenTable.open(vectors, weights);
}

/**
 * The initializer of a model file that a bundle's `tokenLogWeights` names.
 *
 * @throws ModelLoadError when the file has none of that name with one number for each of `vocabSize` tokens
 */
export async function readLogWeights(file: string, name: string, vocabSize: number): Promise<Float32Array> {
  const { initializers } = decodeModel(await readFile(file)).graph;
  const tensor = initializers.get(name) ?? initializers.get(`${name}.float16`);
  if (tensor?.data.length !== vocabSize) {
    throw new ModelLoadError(
      `${file} has no ${vocabSize} token weights under the name ${JSON.stringify(name)}, which its bundle's ` +
        "config.json gives as tokenLogWeights; export the bundle again.",
    );
  }
  return Float32Array.from(tensorNumbers(tensor));
}

/** The heaviest of the tokens at the places; their weights sum to 1. */
function pickTokens({ vectors, weights }: ReadTokens, places: readonly number[]): ReadTokens {
  const picked = heaviest(places, (place) => weights[place]!);
  const size = vectors.length / weights.length;
  const rows = new Float32Array(picked.length * size);
  picked.forEach((place, row) => {
    rows.set(vectors.subarray(place * size, (place + 1) * size), row * size);
  });
  const total = picked.reduce((sum, place) => sum + weights[place]!, 0);
  return { vectors: rows, weights: Float32Array.from(picked, (place) => weights[place]! / total) };
}

/** A query of a few words says what it says literally; a sentence is compared as it was read by half. */
const READ_SHARE = { fewTokens: 3, manyTokens: 8, most: 0.5 } as const;

/** What the tokens as they were read count beside those that they are by themselves, in a query of so many different ones. */
function readShare(tokens: number): number {
  const { fewTokens, manyTokens, most } = READ_SHARE;
  return most * Math.min(Math.max((tokens - fewTokens) / (manyTokens - fewTokens), 0), 1);
}

/** Both kinds of a query's tokens: a text is as near as the weighted mean says. */
function bothTokens(among: ReadTokens, alone: ReadTokens, share: number): ReadTokens {
  const vectors = new Float32Array(among.vectors.length + alone.vectors.length);
  vectors.set(among.vectors);
  vectors.set(alone.vectors, among.vectors.length);
  const weights = new Float32Array(among.weights.length + alone.weights.length);
  weights.set(among.weights.map((weight) => weight * share));
  weights.set(
    alone.weights.map((weight) => weight * (1 - share)),
    among.weights.length,
  );
  return { vectors, weights };
}
