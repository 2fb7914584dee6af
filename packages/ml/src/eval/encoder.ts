/** What evaluation needs of a model: unit vectors of texts. */
export interface Encoder {
  readonly name: string;
  /** One unit vector per text, in order. */
  embed(texts: readonly string[], kind: "query" | "document"): Promise<Float32Array[]>;
}

/**
 * The vectors cut to their first dimensions and normalised again (Matryoshka).
 *
 * @throws RangeError when embedding, if the vectors are shorter
 */
export function truncated(encoder: Encoder, dimensions: number): Encoder {
  return {
    name: `${encoder.name}@${dimensions}`,
    async embed(texts, kind) {
      const vectors = await encoder.embed(texts, kind);
      const length = vectors[0]?.length ?? dimensions;
      if (length < dimensions)
        throw new RangeError(`${encoder.name} has ${length} dimensions: it cannot be cut to ${dimensions}.`);
      return vectors.map((vector) => normalized(vector.subarray(0, dimensions)));
    },
  };
}

/** A copy of length 1; zero stays zero. */
export function normalized(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! * vector[i]!;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return vector.map((value) => value * scale);
}
