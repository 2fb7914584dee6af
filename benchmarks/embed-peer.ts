/** The peer of the embedding benchmark: `@huggingface/transformers` over the same ONNX files. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AutoModel, AutoTokenizer, env } from "@huggingface/transformers";

export interface Peer {
  /** One vector for each text, in order. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** transformers.js finds files by these names. */
const FILES = { float32: "model.onnx", int8: "model_int8.onnx" } as const;
const DTYPES = { float32: "fp32", int8: "int8" } as const;

/** Lays a bundle out as transformers.js wants it. */
export function writePeerFolder(bundleDir: string, folder: string, maxTokens: number): void {
  mkdirSync(join(folder, "onnx"), { recursive: true });
  for (const [variant, file] of Object.entries(FILES)) {
    copyFileSync(join(bundleDir, `model.${variant}.onnx`), join(folder, "onnx", file));
  }
  copyFileSync(join(bundleDir, "tokenizer.json"), join(folder, "tokenizer.json"));
  const tokenizer = { tokenizer_class: "BertTokenizer", model_max_length: maxTokens, pad_token: "[PAD]" };
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(tokenizer));
  // Which class wraps the graph; sizes are the graph's own.
  writeFileSync(join(folder, "config.json"), JSON.stringify({ model_type: "bert" }));
}

export async function openPeer(folder: string, variant: keyof typeof FILES, threads: number): Promise<Peer> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  const name = basename(folder);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModel.from_pretrained(name, {
    dtype: DTYPES[variant],
    device: "cpu",
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
  });
  return {
    async embed(texts) {
      const inputs = await tokenizer([...texts], { padding: true, truncation: true });
      const { embedding } = (await model(inputs)) as {
        embedding: { data: Float32Array; dims: number[] };
      };
      const size = embedding.dims.at(-1)!;
      return texts.map((_, row) => embedding.data.slice(row * size, (row + 1) * size));
    },
    close: async () => void (await model.dispose()),
  };
}
