/**
 * TensorFlow's tensor bundle, the form in which the official RoFormer-Sim weights are published: `PREFIX.index`, a
 * LevelDB-style table from names to places (blocks may be Snappy-compressed), and `PREFIX.data-00000-of-0000N` with the
 * raw values. Formats: tensorflow/core/util/tensor_bundle, tensorflow/core/lib/io/table, protobuf wire encoding.
 */
import { open, readFile } from "node:fs/promises";
import { maskedCrc32c } from "./crc32c.ts";
import type { StoredTensor } from "./safetensors.ts";
import { decodeSnappy } from "./snappy.ts";

const FOOTER_BYTES = 48;
const TABLE_MAGIC = 0xdb4775248b80fb57n;
const TRAILER_BYTES = 5;
const FLOAT = 1;

/** A checkpoint that is missing, cut off or damaged. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** Where a tensor lies. */
export interface BundleEntry {
  readonly name: string;
  /** TensorFlow's DataType; 1 is float32. */
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface BundleIndex {
  readonly numShards: number;
  readonly entries: readonly BundleEntry[];
}

/**
 * Float32 tensors of a checkpoint by name.
 *
 * @param prefix path without `.index`
 * @param wanted names to read; all float tensors when left out
 * @throws CheckpointError naming the file and the damage
 */
export async function readTensorFlowCheckpoint(
  prefix: string,
  wanted?: ReadonlySet<string>,
): Promise<Map<string, StoredTensor>> {
  const indexPath = `${prefix}.index`;
  const bytes = await readFile(indexPath).catch((cause: unknown) => {
    throw new CheckpointError(`Cannot read ${indexPath}: give the checkpoint's path without its ending.`, {
      cause,
    });
  });
  const { numShards, entries } = parseBundleIndex(bytes, indexPath);
  const tensors = new Map<string, StoredTensor>();
  for (const entry of entries) {
    if (entry.dtype !== FLOAT || (wanted !== undefined && !wanted.has(entry.name))) continue;
    tensors.set(entry.name, {
      shape: entry.shape,
      data: await readValues(shardPath(prefix, entry.shard, numShards), entry),
    });
  }
  return tensors;
}

const shardPath = (prefix: string, shard: number, count: number) =>
  `${prefix}.data-${String(shard).padStart(5, "0")}-of-${String(count).padStart(5, "0")}`;

async function readValues(path: string, entry: BundleEntry): Promise<Float32Array> {
  const file = await open(path).catch((cause: unknown) => {
    throw new CheckpointError(`Cannot read ${path}, which holds "${entry.name}".`, { cause });
  });
  try {
    const bytes = new Uint8Array(entry.sizeBytes);
    const { bytesRead } = await file.read(bytes, 0, entry.sizeBytes, entry.offset);
    if (bytesRead !== entry.sizeBytes) {
      throw new CheckpointError(
        `${path} is cut off: "${entry.name}" ends after ${bytesRead} of ${entry.sizeBytes} bytes.`,
      );
    }
    return new Float32Array(bytes.buffer);
  } finally {
    await file.close();
  }
}

/** Parses the bytes of an index file. */
export function parseBundleIndex(bytes: Uint8Array, path: string): BundleIndex {
  const fail = (what: string): never => {
    throw new CheckpointError(`${path} is no usable checkpoint index: ${what}.`);
  };
  if (bytes.length < FOOTER_BYTES) fail(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getBigUint64(bytes.length - 8, true) !== TABLE_MAGIC) fail("the magic number at its end is wrong");
  const footer = new ByteReader(bytes, bytes.length - FOOTER_BYTES);
  footer.blockHandle(); // the meta index, which these tables leave empty
  const entries: BundleEntry[] = [];
  let numShards = 1;
  for (const [, handle] of tableBlock(bytes, footer.blockHandle(), fail)) {
    for (const [key, value] of tableBlock(bytes, new ByteReader(handle, 0).blockHandle(), fail)) {
      if (key === "") numShards = Number(protobufFields(value).find(({ field }) => field === 1)?.varint ?? 1);
      else entries.push(parseEntry(key, value, fail));
    }
  }
  return { numShards, entries };
}

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

type Fail = (what: string) => never;

/** Keys and values of one block; keys share prefixes with the key before. */
function tableBlock(file: Uint8Array, { offset, size }: BlockHandle, fail: Fail): [string, Uint8Array][] {
  if (offset + size + TRAILER_BYTES > file.length) fail("it is cut off");
  const typed = file.subarray(offset, offset + size + 1);
  const stored = new DataView(file.buffer, file.byteOffset + offset + size + 1, 4).getUint32(0, true);
  if (maskedCrc32c(typed) !== stored) fail(`the block at byte ${offset} does not match its checksum`);
  const compression = typed[size];
  if (compression !== 0 && compression !== 1)
    fail(`the block at byte ${offset} has compression ${compression}`);
  const block = compression === 1 ? decodeSnappy(typed.subarray(0, size)) : typed.subarray(0, size);
  const restarts = new DataView(block.buffer, block.byteOffset + block.length - 4, 4).getUint32(0, true);
  const end = block.length - 4 * (restarts + 1);
  const reader = new ByteReader(block, 0);
  const rows: [string, Uint8Array][] = [];
  let key: Uint8Array = new Uint8Array(0);
  while (reader.at < end) {
    const [shared, unshared, valueLength] = [reader.varint(), reader.varint(), reader.varint()];
    const next = new Uint8Array(shared + unshared);
    next.set(key.subarray(0, shared));
    next.set(reader.take(unshared), shared);
    key = next;
    rows.push([new TextDecoder().decode(key), reader.take(valueLength)]);
  }
  return rows;
}

function parseEntry(name: string, value: Uint8Array, fail: Fail): BundleEntry {
  const entry = { name, dtype: 0, shape: [] as number[], shard: 0, offset: 0, sizeBytes: 0 };
  for (const { field, varint, bytes } of protobufFields(value)) {
    if (field === 1) entry.dtype = varint;
    else if (field === 2) entry.shape = parseShape(bytes);
    else if (field === 3) entry.shard = varint;
    else if (field === 4) entry.offset = varint;
    else if (field === 5) entry.sizeBytes = varint;
    else if (field === 7) fail(`"${name}" is stored in slices, which are not supported`);
  }
  const count = entry.shape.reduce((product, size) => product * size, 1);
  if (entry.dtype === FLOAT && entry.sizeBytes !== 4 * count) {
    fail(`"${name}" of shape [${entry.shape}] takes ${entry.sizeBytes} bytes`);
  }
  return entry;
}

function parseShape(bytes: Uint8Array): number[] {
  return protobufFields(bytes)
    .filter(({ field }) => field === 2)
    .map((dim) => protobufFields(dim.bytes).find(({ field }) => field === 1)?.varint ?? 0);
}

interface ProtobufField {
  readonly field: number;
  /** Value of a number, else 0. */
  readonly varint: number;
  /** Value of a string, bytes or message, else empty. */
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

function protobufFields(message: Uint8Array): ProtobufField[] {
  const reader = new ByteReader(message, 0);
  const fields: ProtobufField[] = [];
  while (reader.at < message.length) {
    const tag = reader.varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) fields.push({ field, varint: reader.varint(), bytes: NO_BYTES });
    else if (wireType === 2) fields.push({ field, varint: 0, bytes: reader.take(reader.varint()) });
    else if (wireType === 5 || wireType === 1) reader.take(wireType === 5 ? 4 : 8);
    else throw new CheckpointError(`A field of the checkpoint index has the unknown wire type ${wireType}.`);
  }
  return fields;
}

class ByteReader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Little-endian base 128; exact up to 2^53. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new CheckpointError("The checkpoint index ends within a number.");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  take(count: number): Uint8Array {
    if (this.at + count > this.#bytes.length)
      throw new CheckpointError("The checkpoint index ends within a value.");
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  blockHandle(): BlockHandle {
    return { offset: this.varint(), size: this.varint() };
  }
}
