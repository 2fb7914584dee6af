/** The five tokens of BERT, in the order in which a vocabulary trained here begins. */
export const SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const;

export type SpecialToken = (typeof SPECIAL_TOKENS)[number];

/** Ids of the special tokens within one vocabulary. */
export interface SpecialTokenIds {
  readonly pad: number;
  readonly unk: number;
  readonly cls: number;
  readonly sep: number;
  readonly mask: number;
}
