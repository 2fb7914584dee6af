/**
 * The bundle that the repository ships beside a model of all-MiniLM-L6-v2's size: six layers, width 384. Both in the
 * same runtime, on the same abstracts, with the shipped tokenizer, so that both read the same tokens. The other's
 * weights are random: they cost as much as trained ones. The repository holds int8 only; its float32 figure is that of
 * random weights in its architecture.
 */
import { join } from "node:path";
import { openModel, SHIPPED_BUNDLE } from "@cool-papers/embed";
import type { EncoderConfig } from "@cool-papers/ml";
import { readBundle } from "@cool-papers/onnx";
import { readTokenizerJson } from "@cool-papers/text";
import { architectureOf, type PaperText, writeRandomBundle } from "./embed-bundle.ts";
import { measureInTurn, type Speed } from "./embed-in-turn.ts";

const BATCH = 64;
const THREADS = [1, 2];

export interface ShippedOptions {
  readonly papers: readonly PaperText[];
  /** An empty folder for bundles. */
  readonly folder: string;
  readonly seconds: number;
  readonly say: (text: string) => void;
}

export interface ShippedCell {
  readonly variant: "int8" | "float32";
  readonly threads: number;
  readonly shipped: Speed;
  readonly miniLmSize: Speed;
  /** Texts a second, shipped over the other. */
  readonly ratio: number;
}

/** Measures both in turn, int8 with int8 and float32 with float32. */
export async function measureShipped({ papers, folder, seconds, say }: ShippedOptions): Promise<object> {
  const { config, tokenizerJson } = await readBundle(SHIPPED_BUNDLE);
  const { id, maxTokens } = config;
  const tokenizer = readTokenizerJson(tokenizerJson);
  const twinDir = join(folder, "twin");
  const otherDir = join(folder, "minilm-size");
  const { kind: _, ...architecture } = config.architecture as unknown as EncoderConfig & { kind: string };
  await writeRandomBundle(twinDir, { id: "twin", architecture, tokenizer, papers, maxTokens });
  const small = architectureOf("small");
  await writeRandomBundle(otherDir, { id: "minilm-size", architecture: small, tokenizer, papers, maxTokens });
  const abstracts = papers.map(({ abstract }) => abstract);
  const cells: ShippedCell[] = [];
  for (const variant of ["int8", "float32"] as const) {
    for (const threads of THREADS) {
      const bundles = [variant === "int8" ? SHIPPED_BUNDLE : twinDir, otherDir];
      const encoders = await Promise.all(
        bundles.map((bundleDir) => openModel({ bundleDir, provider: "cpu", variant, threads })),
      );
      const engines = encoders.map((encoder) => async (texts: readonly string[]) => {
        return (await encoder.embed(texts)).vectors;
      });
      for (const embed of engines) await embed(abstracts.slice(0, 8));
      const [shipped, miniLmSize] = await measureInTurn(engines, abstracts, BATCH, seconds);
      for (const encoder of encoders) await encoder.close();
      const ratio = shipped!.textsPerS / miniLmSize!.textsPerS;
      cells.push({ variant, threads, shipped: shipped!, miniLmSize: miniLmSize!, ratio });
      say(
        `${id} beside MiniLM's size, ${variant}, threads ${threads}, abstracts × ${BATCH}: ` +
          `${shipped!.textsPerS.toFixed(0)} and ${miniLmSize!.textsPerS.toFixed(0)} texts/s, ${ratio.toFixed(2)} ×`,
      );
    }
  }
  return { id, leastRatio: Math.min(...cells.map(({ ratio }) => ratio)), cells };
}
