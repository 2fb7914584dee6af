/** Element types of ONNX tensors that this package reads and writes. */
export const DATA_TYPES = [
  "float32",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "bool",
  "float16",
  "float64",
  "uint32",
  "uint64",
] as const;

export type DataType = (typeof DATA_TYPES)[number];

/** float16 travels as its 16 bits (Uint16Array), bool as one byte 0 / 1. */
export interface DataArrays {
  float32: Float32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
  float16: Uint16Array;
  float64: Float64Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
}

export type DataArray = DataArrays[DataType];

/** Row-major values with a static shape; `[]` is a scalar. */
export interface Tensor<T extends DataType = DataType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly data: DataArrays[T];
}

interface ArrayType {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): DataArray;
  readonly BYTES_PER_ELEMENT: number;
}

const ARRAY_TYPES: Record<DataType, ArrayType> = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
};

export class TensorError extends Error {
  override readonly name = "TensorError";
}

export function elementSizeBytes(dtype: DataType): number {
  return ARRAY_TYPES[dtype].BYTES_PER_ELEMENT;
}

/** @throws TensorError when the number of values does not fit the shape */
export function makeTensor<T extends DataType>(
  dtype: T,
  shape: readonly number[],
  data: DataArrays[T],
): Tensor<T> {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (data.length !== expected) {
    throw new TensorError(
      `a ${dtype} tensor [${shape.join(", ")}] needs ${expected} values, not ${data.length}`,
    );
  }
  return { dtype, shape, data };
}

/** Makes a tensor from plain numbers (rounded as the element type rounds). */
export function tensorOf(dtype: DataType, shape: readonly number[], values: ArrayLike<number>): Tensor {
  if (dtype === "int64") return makeTensor(dtype, shape, BigInt64Array.from(Array.from(values, BigInt)));
  if (dtype === "uint64") return makeTensor(dtype, shape, BigUint64Array.from(Array.from(values, BigInt)));
  if (dtype === "float16") return makeTensor(dtype, shape, float16BitsOf(Float32Array.from(values)));
  const data = new ARRAY_TYPES[dtype](
    new ArrayBuffer(values.length * elementSizeBytes(dtype)),
    0,
    values.length,
  );
  for (let i = 0; i < values.length; i++) (data as Float64Array)[i] = values[i]!;
  return makeTensor(dtype, shape, data as never);
}

export function int64Tensor(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return tensorOf("int64", shape, values);
}

/** The values as plain numbers. int64 values beyond ±2^53 lose their last bits. */
export function tensorNumbers(tensor: Tensor): number[] {
  if (tensor.dtype === "float16") return Array.from(float32OfFloat16Bits(tensor.data as Uint16Array));
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** The little-endian bytes of the values, as ONNX's `raw_data` holds them. Shares memory with the tensor. */
export function tensorBytes(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/** @throws TensorError when the number of bytes does not fit */
export function tensorFromBytes(dtype: DataType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.byteLength !== count * elementSizeBytes(dtype)) {
    throw new TensorError(
      `a ${dtype} tensor [${shape.join(", ")}] needs ${count * elementSizeBytes(dtype)} bytes, not ${bytes.byteLength}`,
    );
  }
  // A view must start at a multiple of the element size; bytes inside a protobuf message rarely do.
  const aligned = bytes.byteOffset % elementSizeBytes(dtype) === 0 ? bytes : new Uint8Array(bytes); // Buffer#slice would share
  return makeTensor(dtype, shape, new ARRAY_TYPES[dtype](aligned.buffer, aligned.byteOffset, count) as never);
}

/** IEEE binary16 bits, rounded to nearest even; beyond ±65504 becomes infinity. */
export function float16BitsOf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) result[i] = roundToFloat16Bits(bits[i]!);
  return result;
}

function roundToFloat16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x33000001) return sign; // at most half the smallest subnormal
  const exponent = magnitude >>> 23;
  const isSubnormal = exponent < 113;
  const shift = isSubnormal ? 126 - exponent : 13;
  const significand = isSubnormal ? (magnitude & 0x7fffff) | 0x800000 : magnitude - 0x38000000;
  const kept = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

export function float32OfFloat16Bits(bits: Uint16Array): Float32Array {
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = bits[i]! & 0x8000 ? -1 : 1;
    const exponent = (bits[i]! >>> 10) & 31;
    const fraction = bits[i]! & 1023;
    if (exponent === 31) result[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) result[i] = sign * fraction * 2 ** -24;
    else result[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return result;
}
