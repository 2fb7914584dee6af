/**
 * The safetensors format (github.com/huggingface/safetensors): an 8-byte little-endian length, that many bytes of JSON
 * with dtype, shape and byte range of each tensor, then the data. Float32 and float16 (also bfloat16 when reading)
 * become Float32Array.
 */
import { open, readFile, rename } from "node:fs/promises";
import { elementCount } from "../parameters.ts";

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free strings of the file's `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file that is no complete safetensors file, or holds something else than floats. */
export class TensorFileError extends Error {
  override readonly name = "TensorFileError";
}

const MAX_HEADER_BYTES = 100_000_000;
const BYTES_PER_VALUE = { F32: 4, F16: 2, BF16: 2 } as const;
type FloatFormat = keyof typeof BYTES_PER_VALUE;

interface HeaderEntry {
  readonly dtype: FloatFormat;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Parses the bytes of a safetensors file; `name` appears in messages. */
export function decodeSafetensors(bytes: Uint8Array, name: string): TensorFile {
  const fail = (what: string): never => {
    throw new TensorFileError(`${name} is not a usable safetensors file: ${what}.`);
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > bytes.length)
    fail("it is cut off within the header");
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  } catch {
    fail("its header is not JSON");
  }
  // A plain view: slice() of a Buffer would not copy.
  const body = new Uint8Array(
    bytes.buffer,
    bytes.byteOffset + 8 + headerBytes,
    bytes.length - 8 - headerBytes,
  );
  const tensors = new Map<string, StoredTensor>();
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const { dtype, shape, data_offsets: range } = value as HeaderEntry;
    if (!(dtype in BYTES_PER_VALUE)) fail(`"${key}" has the type ${dtype}, only F32, F16 and BF16 are read`);
    if (range[1] > body.length) fail(`it is cut off: "${key}" ends at byte ${range[1]} of ${body.length}`);
    if (range[1] - range[0] !== elementCount(shape) * BYTES_PER_VALUE[dtype]) {
      fail(`"${key}" of shape [${shape}] takes ${range[1] - range[0]} bytes`);
    }
    tensors.set(key, { shape, data: toFloat32(Uint8Array.from(body.subarray(range[0], range[1])), dtype) });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

function toFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: FloatFormat): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes.buffer);
  if (dtype === "F16") return Float32Array.from(new Float16Array(bytes.buffer));
  const bits = Uint32Array.from(new Uint16Array(bytes.buffer), (value) => value << 16);
  return new Float32Array(bits.buffer);
}

export interface EncodeTensorsOptions {
  readonly format?: "F32" | "F16";
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of a safetensors file, tensors in the order of the map. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  options: EncodeTensorsOptions = {},
): Uint8Array {
  const { format = "F32", metadata } = options;
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const end = offset + data.length * BYTES_PER_VALUE[format];
    header[name] = { dtype: format, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the JSON align the data, which readers of the format rely on.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    const stored = format === "F32" ? data : Float16Array.from(data);
    bytes.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), at);
    at += stored.byteLength;
  }
  return bytes;
}

/** @throws TensorFileError when the file is missing, cut off or of another kind */
export async function readSafetensors(path: string): Promise<TensorFile> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new TensorFileError(
      `Cannot read ${path}: ${cause.code === "ENOENT" ? "no such file" : cause.message}.`,
      {
        cause,
      },
    );
  });
  return decodeSafetensors(bytes, path);
}

/** Writes beside the target and renames, so that a kill leaves the old file or the new one, never half of one. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  options: EncodeTensorsOptions = {},
): Promise<void> {
  const beside = `${path}.partial`;
  const file = await open(beside, "w");
  try {
    await file.writeFile(encodeSafetensors(tensors, options));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
