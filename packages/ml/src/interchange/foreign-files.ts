/** What the folders of other libraries have in common: a configuration in JSON, a vocab.txt, tensors to be checked. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readVocabularyFile } from "@cool-papers/text";
import { input } from "../graph/index.ts";
import { encode } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { lmBias, lmTransform } from "../models/language-model.ts";
import { ForwardContext, maskFromLengths, type ParameterSpec } from "../nn/index.ts";
import type { ParameterSet } from "../parameters.ts";
import { InterchangeError } from "./interchange-error.ts";
import type { TensorNames } from "./name-map.ts";

async function readText(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "it does not exist" : cause.message;
    throw new InterchangeError(`Cannot read ${join(folder, file)}: ${why}.`, { cause });
  });
}

/** An object of JSON. @throws InterchangeError when the file is missing or holds anything else */
export async function readJsonObject(folder: string, file: string): Promise<Record<string, unknown>> {
  const text = await readText(folder, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InterchangeError(`${join(folder, file)} is not a JSON object.`);
  return value as Record<string, unknown>;
}

/** A reader of the numbers of a configuration. @throws InterchangeError for a field that is missing or no number */
export function numberReader(
  raw: Readonly<Record<string, unknown>>,
  path: string,
): (field: string, otherwise?: number) => number {
  return (field, otherwise) => {
    const value = raw[field] ?? otherwise;
    if (typeof value !== "number") throw new InterchangeError(`${path} lacks the number "${field}".`);
    return value;
  };
}

const ACTIVATIONS: Readonly<Record<string, boolean>> = {
  gelu: false,
  gelu_new: true,
  gelu_tanh: true,
  gelu_pytorch_tanh: true,
};

/** Whether `hidden_act` names the approximate GELU. @throws InterchangeError for another activation */
export function isApproximateGelu(raw: Readonly<Record<string, unknown>>, path: string): boolean {
  const name = String(raw.hidden_act ?? "gelu");
  const isApproximate = ACTIVATIONS[name];
  if (isApproximate === undefined) {
    const known = Object.keys(ACTIVATIONS).join(", ");
    throw new InterchangeError(`${path} has hidden_act "${name}"; there are ${known}.`);
  }
  return isApproximate;
}

/** Pieces of vocab.txt, as many as the model has embeddings. @throws InterchangeError otherwise */
export async function readFolderVocabulary(folder: string, vocabSize: number): Promise<string[]> {
  const vocabulary = readVocabularyFile(await readText(folder, "vocab.txt"));
  if (vocabulary.length !== vocabSize) {
    throw new InterchangeError(
      `${join(folder, "vocab.txt")} has ${vocabulary.length} pieces, but the configuration says ${vocabSize}.`,
    );
  }
  return vocabulary;
}

/**
 * Whether the tensors read make the network of the configuration; the language-model head may be missing as a whole.
 *
 * @param names of the tensors there
 * @throws InterchangeError naming the first tensor that is missing or has another shape
 */
export function assertNetwork(
  config: EncoderConfig,
  parameters: ParameterSet,
  names: readonly TensorNames[],
  library: "huggingFace" | "tensorFlow",
  path: string,
): void {
  for (const { name, shape } of networkSpecs(config, parameters.has("lmHead.bias"))) {
    const there = names.find(({ own }) => own === name)?.[library] ?? name;
    if (!parameters.has(name))
      throw new InterchangeError(`${path} lacks "${there}", which its configuration asks for.`);
    const found = parameters.get(name).shape;
    if (found.join() !== shape.join()) {
      const kind = name.endsWith(".weight") ? " as [in, out]" : "";
      throw new InterchangeError(
        `"${there}" of ${path} has the shape [${found.join(", ")}]${kind}, but its configuration asks for [${shape.join(", ")}].`,
      );
    }
  }
}

function networkSpecs(config: EncoderConfig, hasLmHead: boolean): ParameterSpec[] {
  const context = new ForwardContext(false);
  const tokenIds = input("tokenIds", "int", [1, 2]);
  const mask = maskFromLengths(tokenIds, input("lengths", "int", [1]));
  encode(context, config, { tokenIds, mask });
  if (hasLmHead) {
    lmTransform(context, config, input("hidden", "float", [1, config.hiddenSize]));
    lmBias(context, config);
  }
  return context.specs();
}
