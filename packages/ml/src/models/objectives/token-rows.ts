import type { Feeds } from "../../backend/cpu-session.ts";
import { add, mul, type Node } from "../../graph/index.ts";
import { type ForwardContext, maskFromLengths } from "../../nn/index.ts";
import type { InputMaker } from "../../train/objective.ts";
import { type Encoded, encode } from "../encoder.ts";
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
