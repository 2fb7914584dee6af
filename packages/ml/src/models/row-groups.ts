/** Splits a training batch into groups of texts that are encoded one after the other within one graph. */
import { concat, type Node, slice } from "../graph/index.ts";
import type { ForwardContext } from "../nn/index.ts";
import type { Encoded, EncoderInputs } from "./encoder.ts";
import type { EncoderConfig } from "./encoder-config.ts";

/** Rows [start, end) of a batch. */
export type RowGroup = readonly [start: number, end: number];

/**
 * Values of one activation [texts, seq, hiddenSize] that a group should have: 2 MB, what two cores keep in their caches. A
 * pass over it then costs no trip to memory, and matrix products whose result is at hand are up to a third faster.
 */
const GROUP_VALUES = 2 ** 19;
/** The time to compile a graph grows faster than its number of nodes; larger batches get larger groups. */
const MAX_GROUPS = 16;

/** The groups of a batch: one for all of it outside training, without layers, or while its size is open. */
export function rowGroups(context: ForwardContext, config: EncoderConfig, tokenIds: Node): RowGroup[] {
  const [batch, seq] = tokenIds.shape as [number, number];
  const isStatic = tokenIds.shape.every((dim) => typeof dim === "number");
  if (!context.isTraining || config.numHiddenLayers === 0 || !isStatic) return [[0, batch]];
  const wanted = Math.round((batch * seq * config.hiddenSize) / GROUP_VALUES);
  const count = Math.min(Math.max(wanted, 1), MAX_GROUPS, batch);
  const start = (group: number): number => Math.floor((group * batch) / count);
  return Array.from({ length: count }, (_, group) => [start(group), start(group + 1)]);
}

/** The inputs of one group; what all texts share stays as it is. */
export function inputsOfGroup(inputs: EncoderInputs, [start, end]: RowGroup): EncoderInputs {
  const batch = inputs.tokenIds.shape[0]!;
  // By rank: a mask [seq, seq] over as many tokens as there are texts is no mask of texts.
  const rows = (node: Node, rank: number): Node =>
    node.shape.length === rank && node.shape[0] === batch ? slice(node, 0, start, end) : node;
  const { segmentIds, bias, poolMask, positions } = inputs;
  return {
    ...inputs,
    tokenIds: rows(inputs.tokenIds, 2),
    mask: rows(inputs.mask, 2),
    ...(segmentIds ? { segmentIds: rows(segmentIds, 2) } : {}),
    ...(bias ? { bias: rows(bias, 4) } : {}),
    ...(poolMask ? { poolMask: rows(poolMask, 2) } : {}),
    ...(positions ? { positions: rows(positions, 2) } : {}),
  };
}

/** The groups' results as one. */
export function joinGroups(groups: readonly Encoded[]): Encoded {
  const joined = (part: keyof Encoded): Node =>
    concat(
      groups.map((group) => group[part]),
      0,
    );
  return { sequence: joined("sequence"), pooled: joined("pooled") };
}
