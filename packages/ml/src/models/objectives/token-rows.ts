import type { Feeds } from "../../backend/cpu-session.ts";
import { add, mul, type Node } from "../../graph/index.ts";
import { type ForwardContext, maskFromLengths } from "../../nn/index.ts";
import type { InputMaker } from "../../train/objective.ts";
import { type Encoded, encode, isBag, poolCounts } from "../encoder.ts";
import type { EncoderConfig } from "../encoder-config.ts";

/** Rows of tokens padded to one length, as `data/token-store.ts` packs them. */
export interface TokenRows {
  /** [rows, length] */
  readonly ids: Int32Array;
  /** [rows] */
  readonly lengths: Int32Array;
  readonly rows: number;
  readonly length: number;
}

export const rowsKey = ({ rows, length }: TokenRows): string => `${rows}x${length}`;

/** The pooled vectors of a block, by `poolCounts` where that is the faster way; reads what `PooledFeeds` feeds. */
export function poolRows(
  context: ForwardContext,
  config: EncoderConfig,
  makeInput: InputMaker,
  name: string,
  rows: Pick<TokenRows, "rows" | "length">,
): Node {
  if (!isCounted(config, rows)) return encodeRows(context, config, makeInput, name, rows).pooled;
  return poolCounts(context, config, makeInput(`${name}/counts`, "float", [rows.rows, config.vocabSize]));
}

/** Tokens of a block over the size of the vocabulary from which on counts are used: faster there (benchmarks/bag.ts, 240 pairs). */
const COUNTED_RATIO = 2;

const isCounted = (config: EncoderConfig, { rows, length }: Pick<TokenRows, "rows" | "length">): boolean =>
  isBag(config) && rows * length >= COUNTED_RATIO * config.vocabSize;

/**
 * What `poolRows` reads. The counts of a block lie in an array that its next batch is given again, so feeds have to be
 * used before others are asked for.
 */
export class PooledFeeds {
  readonly #counts = new Map<string, TokenCounts>();

  of(config: EncoderConfig, name: string, rows: TokenRows): Feeds {
    if (!isCounted(config, rows)) return rowFeeds(name, rows);
    const key = `${name} ${rows.rows}`;
    const counts = this.#counts.get(key) ?? new TokenCounts(rows.rows, config.vocabSize);
    this.#counts.set(key, counts);
    return { [`${name}/counts`]: counts.count(rows) };
  }
}

/** How often each text has each token. */
class TokenCounts {
  readonly #counts: Float32Array;
  readonly #vocabSize: number;
  /** What is counted now. */
  #counted: TokenRows | null = null;

  constructor(rows: number, vocabSize: number) {
    this.#counts = new Float32Array(rows * vocabSize);
    this.#vocabSize = vocabSize;
  }

  /** [rows, vocabSize], good until the next call */
  count(block: TokenRows): Float32Array {
    if (this.#counted) {
      this.#forEach(this.#counted, (at) => {
        this.#counts[at] = 0;
      });
    }
    this.#forEach(block, (at) => {
      this.#counts[at]!++;
    });
    this.#counted = block;
    return this.#counts;
  }

  #forEach({ ids, lengths, rows, length }: TokenRows, visit: (at: number) => void): void {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < lengths[row]!; k++) visit(row * this.#vocabSize + ids[row * length + k]!);
    }
  }
}

/** Inputs `<name>/tokenIds` and `<name>/lengths` of a block, encoded. */
export function encodeRows(
  context: ForwardContext,
  config: EncoderConfig,
  makeInput: InputMaker,
  name: string,
  { rows, length }: Pick<TokenRows, "rows" | "length">,
): Encoded {
  const tokenIds = makeInput(`${name}/tokenIds`, "int", [rows, length]);
  const mask = maskFromLengths(tokenIds, makeInput(`${name}/lengths`, "int", [rows]));
  return encode(context, config, { tokenIds, mask });
}

/** What `encodeRows` reads; nothing for a block without rows. */
export function rowFeeds(name: string, { ids, lengths, rows }: TokenRows): Feeds {
  return rows > 0 ? { [`${name}/tokenIds`]: ids, [`${name}/lengths`]: lengths } : {};
}

/** Widths at which a vector is taught: the prefixes given that are shorter than the whole, and the whole. */
export function taughtWidths(size: number, matryoshkaDims: readonly number[] = []): number[] {
  return [...matryoshkaDims.filter((width) => width < size), size];
}

/** The mean of a loss over the widths (Matryoshka representation learning, 2205.13147). */
export function meanOverWidths(widths: readonly number[], lossAt: (width: number) => Node): Node {
  return mul(
    widths.map(lossAt).reduce((a, b) => add(a, b)),
    1 / widths.length,
  );
}
