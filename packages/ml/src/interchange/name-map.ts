/**
 * One row per layer of the network: its name here, in Hugging Face's RoFormer and in bert4keras / TensorFlow
 * checkpoints. `{n}` is the number of the layer. Suffixes follow from the kind.
 */
export type LayerKind =
  /** a matrix of rows, one tensor */
  | "table"
  /** weight [in, out] (Hugging Face: [out, in]) and bias [out] */
  | "dense"
  /** scale and bias */
  | "norm"
  /** one vector */
  | "vector";

export interface NameRow {
  readonly kind: LayerKind;
  readonly own: string;
  readonly huggingFace: string;
  readonly tensorFlow: string;
}

const row = (kind: LayerKind, own: string, huggingFace: string, tensorFlow: string): NameRow => ({
  kind,
  own,
  huggingFace,
  tensorFlow,
});

export const NAME_MAP: readonly NameRow[] = [
  row(
    "table",
    "embeddings.token",
    "roformer.embeddings.word_embeddings.weight",
    "bert/embeddings/word_embeddings",
  ),
  row(
    "table",
    "embeddings.segment",
    "roformer.embeddings.token_type_embeddings.weight",
    "bert/embeddings/token_type_embeddings",
  ),
  row("norm", "embeddings.norm", "roformer.embeddings.LayerNorm", "bert/embeddings/LayerNorm"),
  ...["query", "key", "value"].map((part) =>
    row(
      "dense",
      `layers.{n}.attention.${part}`,
      `roformer.encoder.layer.{n}.attention.self.${part}`,
      `bert/encoder/layer_{n}/attention/self/${part}`,
    ),
  ),
  row(
    "dense",
    "layers.{n}.attention.output",
    "roformer.encoder.layer.{n}.attention.output.dense",
    "bert/encoder/layer_{n}/attention/output/dense",
  ),
  row(
    "norm",
    "layers.{n}.attention.norm",
    "roformer.encoder.layer.{n}.attention.output.LayerNorm",
    "bert/encoder/layer_{n}/attention/output/LayerNorm",
  ),
  row(
    "dense",
    "layers.{n}.feedForward.inner",
    "roformer.encoder.layer.{n}.intermediate.dense",
    "bert/encoder/layer_{n}/intermediate/dense",
  ),
  row(
    "dense",
    "layers.{n}.feedForward.output",
    "roformer.encoder.layer.{n}.output.dense",
    "bert/encoder/layer_{n}/output/dense",
  ),
  row(
    "norm",
    "layers.{n}.feedForward.norm",
    "roformer.encoder.layer.{n}.output.LayerNorm",
    "bert/encoder/layer_{n}/output/LayerNorm",
  ),
  row("dense", "pooler", "roformer.pooler.dense", "bert/pooler/dense"),
  row("dense", "lmHead.dense", "cls.predictions.transform.dense", "cls/predictions/transform/dense"),
  row("norm", "lmHead.norm", "cls.predictions.transform.LayerNorm", "cls/predictions/transform/LayerNorm"),
  row("vector", "lmHead.bias", "cls.predictions.bias", "cls/predictions/output_bias"),
];

const SUFFIXES = {
  table: [["", "", ""]],
  vector: [["", "", ""]],
  dense: [
    [".weight", ".weight", "/kernel"],
    [".bias", ".bias", "/bias"],
  ],
  norm: [
    [".scale", ".weight", "/gamma"],
    [".bias", ".bias", "/beta"],
  ],
} as const satisfies Record<
  LayerKind,
  readonly (readonly [own: string, huggingFace: string, tensorFlow: string])[]
>;

/** One tensor under its three names. */
export interface TensorNames {
  readonly own: string;
  readonly huggingFace: string;
  readonly tensorFlow: string;
  /** Hugging Face stores this matrix transposed. */
  readonly isTransposed: boolean;
}

/** All tensors of a network with this many layers. */
export function tensorNames(numHiddenLayers: number): TensorNames[] {
  return NAME_MAP.flatMap((entry) => {
    const count = entry.own.includes("{n}") ? numHiddenLayers : 1;
    return Array.from({ length: count }, (_, n) => n).flatMap((n) => {
      const fill = (name: string) => name.replace("{n}", String(n));
      return SUFFIXES[entry.kind].map(([own, huggingFace, tensorFlow]) => ({
        own: fill(entry.own) + own,
        huggingFace: fill(entry.huggingFace) + huggingFace,
        tensorFlow: fill(entry.tensorFlow) + tensorFlow,
        isTransposed: entry.kind === "dense" && own === ".weight",
      }));
    });
  });
}

/** The transpose of a row-major matrix [rows, columns]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = data[r * columns + c]!;
  }
  return result;
}
