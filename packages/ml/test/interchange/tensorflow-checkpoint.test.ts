import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBert4KerasCheckpoint } from "../../src/interchange/bert4keras.ts";
import { crc32c, maskedCrc32c } from "../../src/interchange/crc32c.ts";
import { tensorNames } from "../../src/interchange/name-map.ts";
import { decodeSnappy, SnappyError } from "../../src/interchange/snappy.ts";
import { CheckpointError, readTensorFlowCheckpoint } from "../../src/interchange/tensorflow-checkpoint.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tensorflow-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ascii = (text: string) => new TextEncoder().encode(text);

describe("checksums and compression", () => {
  test("CRC-32C of the check value and of RFC 3720's zeros", () => {
    expect(crc32c(ascii("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  test("Snappy: literals, copies of each kind and overlapping copies", () => {
    const literal = (text: string) => [(text.length - 1) << 2, ...ascii(text)];
    const decode = (bytes: number[]) => new TextDecoder().decode(decodeSnappy(Uint8Array.from(bytes)));
    expect(decode([5, ...literal("abcde")])).toBe("abcde");
    expect(decode([9, ...literal("abcd"), ((5 - 4) << 2) | 1, 4])).toBe("abcdabcda");
    expect(decode([8, ...literal("ab"), ((6 - 1) << 2) | 2, 2, 0])).toBe("abababab");
    expect(decode([4, ...literal("a"), ((3 - 1) << 2) | 3, 1, 0, 0, 0])).toBe("aaaa");
    const long = "x".repeat(300);
    expect(decode([0xac, 0x02, 61 << 2, 0x2b, 0x01, ...ascii(long)])).toBe(long);
  });

  test("a damaged Snappy block is refused", () => {
    expect(() => decodeSnappy(Uint8Array.of(5, 16, 97))).toThrow(SnappyError);
    expect(() => decodeSnappy(Uint8Array.of(4, 0, 97, 1, 9))).toThrow(/does not fit/);
    expect(() => decodeSnappy(Uint8Array.of(5, 0, 97))).toThrow(/1 bytes instead of 5/);
  });
});

/** Of the network of 7 pieces, width 4 and 8 inner units. */
function shapeOf(name: string): number[] {
  if (name === "embeddings.token") return [7, 4];
  if (name === "embeddings.segment") return [2, 4];
  if (name === "lmHead.bias") return [7];
  if (name.endsWith("feedForward.inner.weight")) return [4, 8];
  if (name.endsWith("feedForward.inner.bias")) return [8];
  if (name.endsWith("feedForward.output.weight")) return [8, 4];
  return name.endsWith(".weight") ? [4, 4] : [4];
}

describe("checkpoints", () => {
  const tensors = new Map([
    ["bert/embeddings/word_embeddings", { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ["bert/encoder/layer_0/attention/self/query/bias", { shape: [2], data: Float32Array.of(-1, 0.5) }],
    [
      "bert/encoder/layer_0/attention/self/query/kernel",
      { shape: [2, 2], data: Float32Array.of(7, 8, 9, 10) },
    ],
    ["scalar", { shape: [], data: Float32Array.of(42) }],
  ]);

  test.each([
    ["plain blocks", false, 1],
    ["Snappy blocks", true, 1],
    ["two shards and several blocks", false, 2],
  ])("are read from %s", async (_what, isCompressed, shards) => {
    const prefix = join(folder, `model-${isCompressed}-${shards}.ckpt`);
    await writeCheckpoint(prefix, tensors, { isCompressed, shards, rowsPerBlock: 2 });
    expect(await readTensorFlowCheckpoint(prefix)).toEqual(tensors);
    const one = await readTensorFlowCheckpoint(prefix, new Set(["scalar"]));
    expect([...one.keys()]).toEqual(["scalar"]);
  });

  test("damage is named: a missing file, a flipped byte, a cut shard, a foreign file", async () => {
    await expect(readTensorFlowCheckpoint(join(folder, "absent"))).rejects.toThrow(/without its ending/);
    const prefix = join(folder, "damaged.ckpt");
    const index = await writeCheckpoint(prefix, tensors, { isCompressed: false, shards: 1, rowsPerBlock: 9 });
    index[12]! ^= 1;
    await writeFile(`${prefix}.index`, index);
    await expect(readTensorFlowCheckpoint(prefix)).rejects.toThrow(/does not match its checksum/);
    index[12]! ^= 1;
    await writeFile(`${prefix}.index`, index);
    await truncate(`${prefix}.data-00000-of-00001`, 20);
    await expect(readTensorFlowCheckpoint(prefix)).rejects.toThrow(
      /cut off: "bert\/embeddings\/word_embeddings"|cut off: /,
    );
    await writeFile(`${prefix}.index`, ascii("x".repeat(100)));
    await expect(readTensorFlowCheckpoint(prefix)).rejects.toThrow(CheckpointError);
    await expect(readTensorFlowCheckpoint(prefix)).rejects.toThrow(/magic number/);
  });

  test("a bert4keras RoFormer becomes our parameters by the name map", async () => {
    const sizes = {
      vocab_size: 7,
      hidden_size: 4,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      intermediate_size: 8,
    };
    const all = new Map(
      tensorNames(2).map(({ own, tensorFlow }, k) => {
        const shape = shapeOf(own);
        const length = shape.reduce((product, size) => product * size, 1);
        return [tensorFlow, { shape, data: Float32Array.from({ length }, (_, i) => k + i) }];
      }),
    );
    const prefix = join(folder, "bert_model.ckpt");
    await writeCheckpoint(prefix, all, { isCompressed: true, shards: 1, rowsPerBlock: 5 });
    const { config, parameters } = await readBert4KerasCheckpoint(prefix, sizes, "bert_config.json");
    expect(config).toMatchObject({ vocabSize: 7, numHiddenLayers: 2, pooling: "cls", normPlacement: "post" });
    expect(parameters.get("layers.1.attention.output.weight")).toEqual(
      all.get("bert/encoder/layer_1/attention/output/dense/kernel"),
    );
    expect(parameters.get("layers.0.feedForward.norm.scale")).toEqual(
      all.get("bert/encoder/layer_0/output/LayerNorm/gamma"),
    );
    expect(parameters.names).toHaveLength(tensorNames(2).length);
    all.delete("bert/encoder/layer_1/intermediate/dense/bias");
    await writeCheckpoint(prefix, all, { isCompressed: false, shards: 1, rowsPerBlock: 5 });
    await expect(readBert4KerasCheckpoint(prefix, sizes, "bert_config.json")).rejects.toThrow(
      /lacks "bert\/encoder\/layer_1\/intermediate\/dense\/bias"/,
    );
  });
});

// ---- a writer of the format, by its specification, for these tests

interface WriteOptions {
  readonly isCompressed: boolean;
  readonly shards: number;
  readonly rowsPerBlock: number;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const message = (field: number, bytes: number[]) => [field * 8 + 2, ...varint(bytes.length), ...bytes];
const integer = (field: number, value: number) => (value === 0 ? [] : [field * 8, ...varint(value)]);

function block(rows: readonly (readonly [Uint8Array, number[]])[]): number[] {
  const bytes: number[] = [];
  let previous: Uint8Array = new Uint8Array(0);
  for (const [key, value] of rows) {
    let shared = 0;
    while (shared < previous.length && shared < key.length && previous[shared] === key[shared]) shared++;
    bytes.push(...varint(shared), ...varint(key.length - shared), ...varint(value.length));
    bytes.push(...key.subarray(shared), ...value);
    previous = key;
  }
  return [...bytes, 0, 0, 0, 0, 1, 0, 0, 0];
}

/** Everything as literals of at most 60 bytes: valid, if not small. */
function snappy(bytes: number[]): number[] {
  const result = varint(bytes.length);
  for (let i = 0; i < bytes.length; i += 60) {
    const part = bytes.slice(i, i + 60);
    result.push((part.length - 1) << 2, ...part);
  }
  return result;
}

const uint32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

async function writeCheckpoint(
  prefix: string,
  tensors: ReadonlyMap<string, { shape: number[]; data: Float32Array }>,
  { isCompressed, shards, rowsPerBlock }: WriteOptions,
): Promise<Uint8Array> {
  const data: number[][] = Array.from({ length: shards }, () => []);
  const rows: [Uint8Array, number[]][] = [[new Uint8Array(0), [...integer(1, shards)]]];
  [...tensors]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .forEach(([name, tensor], i) => {
      const shard = i % shards;
      const shape = tensor.shape.flatMap((size) => message(2, integer(1, size)));
      const offset = data[shard]!.length;
      const bytes = [...new Uint8Array(tensor.data.buffer)];
      data[shard]!.push(...bytes);
      rows.push([
        ascii(name),
        [
          ...integer(1, 1),
          ...message(2, shape),
          ...integer(3, shard),
          ...integer(4, offset),
          ...integer(5, bytes.length),
          6 * 8 + 5,
          0,
          0,
          0,
          0,
        ],
      ]);
    });
  const file: number[] = [];
  const append = (content: number[]): number[] => {
    const stored = isCompressed ? snappy(content) : content;
    const handle = [...varint(file.length), ...varint(stored.length)];
    const typed = [...stored, isCompressed ? 1 : 0];
    file.push(...typed, ...uint32(maskedCrc32c(Uint8Array.from(typed))));
    return handle;
  };
  const indexRows: [Uint8Array, number[]][] = [];
  for (let i = 0; i < rows.length; i += rowsPerBlock) {
    const part = rows.slice(i, i + rowsPerBlock);
    indexRows.push([part.at(-1)![0], append(block(part))]);
  }
  const meta = append(block([]));
  const index = append(block(indexRows));
  const footer = [...meta, ...index];
  const magic = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
  file.push(...footer, ...new Array<number>(40 - footer.length).fill(0), ...magic);
  const bytes = Uint8Array.from(file);
  await writeFile(`${prefix}.index`, bytes);
  for (const [shard, values] of data.entries()) {
    const ending = `${String(shard).padStart(5, "0")}-of-${String(shards).padStart(5, "0")}`;
    await writeFile(`${prefix}.data-${ending}`, Uint8Array.from(values));
  }
  return bytes;
}
