/**
 * Vectors as bytes. int8: each number divided by the vector's largest magnitude / 127 and rounded (for unit vectors
 * of some hundred dimensions the cosine to the original stays above 0.999); the divisor is the scale. float16: IEEE
 * half precision, little-endian, scale 1.
 */
export type VectorEncoding = "int8" | "float16";

export interface EncodedVector {
  readonly bytes: Uint8Array;
  readonly scale: number;
}

/** [dimension] float32 → bytes: dimension (int8) or 2 × dimension (float16) of them. */
export const ENCODE_VECTOR: Record<VectorEncoding, (vector: Float32Array) => EncodedVector> = {
  int8: (vector) => {
    let largest = 0;
    for (const value of vector) largest = Math.max(largest, Math.abs(value));
    // Kept as the float32 that the column stores, so that encoding what was decoded gives the same bytes.
    const scale = Math.fround(largest / 127) || 1;
    const codes = Int8Array.from(vector, (value) => Math.max(-127, Math.min(127, Math.round(value / scale))));
    return { bytes: new Uint8Array(codes.buffer), scale };
  },
  float16: (vector) => {
    const view = new DataView(new ArrayBuffer(vector.length * 2));
    for (let i = 0; i < vector.length; i += 1) view.setFloat16(i * 2, vector[i]!, true);
    return { bytes: new Uint8Array(view.buffer), scale: 1 };
  },
};

/** The reverse of `ENCODE_VECTOR`. */
export const DECODE_VECTOR: Record<VectorEncoding, (encoded: EncodedVector) => Float32Array> = {
  int8: ({ bytes, scale }) => {
    const codes = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    return Float32Array.from(codes, (code) => code * scale);
  },
  float16: ({ bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) => view.getFloat16(i * 2, true));
  },
};
