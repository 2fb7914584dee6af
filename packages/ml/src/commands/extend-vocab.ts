import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readTokenizerJson, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { gb2312Characters } from "../data/character-texts.ts";
import { DataError } from "../data/data-error.ts";
import { readModel, writeWeights } from "../interchange/checkpoint.ts";
import { readModelTokenizer } from "../interchange/model-tokenizer.ts";
import { POOLING_WEIGHTS, TOKEN_TABLE } from "../models/encoder.ts";
import type { EncoderConfig } from "../models/encoder-config.ts";
import { LANGUAGE_MODEL_BIAS } from "../models/language-model.ts";
import { type Parameter, type ParameterSet, parameterSet } from "../parameters.ts";

export interface ExtendVocabOptions {
  readonly tokenizerPath: string;
  /** Models of this vocabulary. */
  readonly modelPaths: readonly string[];
  /** Gets tokenizer.json and each model under its name, as float16. */
  readonly outDir: string;
}

/**
 * Adds the characters of GB 2312 that a vocabulary lacks, behind all other pieces, and gives each model rows for them.
 * They begin as the row of [UNK], which stood for them until now, so every text keeps its vector until they are trained.
 *
 * @returns how many pieces are new, and how many there are
 * @throws DataError when nothing is missing, or a file would be written over another; TokenizerMismatchError for a model of another vocabulary
 */
export async function extendVocab({
  tokenizerPath,
  modelPaths,
  outDir,
}: ExtendVocabOptions): Promise<{ added: number; pieces: number }> {
  const tokenizer = readTokenizerJson(await readFile(tokenizerPath, "utf8"));
  const added = gb2312Characters().filter((character) => tokenizer.idOf(character) === undefined);
  if (added.length === 0) throw new DataError(`${tokenizerPath} has all characters of GB 2312 already.`);
  const outPath = (path: string) => join(outDir, basename(path));
  const pieces = [...tokenizer.vocabulary, ...added];
  const tokenizerOut = join(outDir, TOKENIZER_FILE);
  refuseOverwriting([tokenizerPath, ...modelPaths], [tokenizerOut, ...modelPaths.map(outPath)]);
  const models = await Promise.all(
    modelPaths.map(async (path) => {
      const model = await readModel(path);
      await readModelTokenizer(tokenizerPath, model.config as EncoderConfig);
      return { path, ...model };
    }),
  );
  await mkdir(outDir, { recursive: true });
  await writeFile(tokenizerOut, writeTokenizerJson(new WordPieceTokenizer(pieces, tokenizer.normalizer)));
  for (const { path, parameters, config, step } of models) {
    await writeWeights(outPath(path), {
      parameters: withRows(parameters, tokenizer, added.length),
      config: { ...(config as EncoderConfig), vocabSize: pieces.length },
      step,
    });
  }
  return { added: added.length, pieces: pieces.length };
}

const TOKENIZER_FILE = "tokenizer.json";

/** @throws DataError where an output is one of the inputs, or two outputs have one name */
function refuseOverwriting(inputs: readonly string[], outputs: readonly string[]): void {
  const taken = new Set(inputs.map((path) => resolve(path)));
  for (const path of outputs) {
    if (taken.has(resolve(path)))
      throw new DataError(
        `${path} would be written over: name another folder (--out), and models of different names.`,
      );
    taken.add(resolve(path));
  }
}

/** Parameters with a row, or a number, for each piece. */
const BY_PIECE: ReadonlySet<string> = new Set([TOKEN_TABLE, POOLING_WEIGHTS, LANGUAGE_MODEL_BIAS]);

/** They get `count` rows more, copies of the row of [UNK]. */
function withRows(
  parameters: ParameterSet,
  { vocabSize, special: { unk } }: WordPieceTokenizer,
  count: number,
): ParameterSet {
  const extended = ({ data, shape }: Parameter): Parameter => {
    const width = data.length / vocabSize;
    const longer = new Float32Array(data.length + count * width);
    longer.set(data);
    const row = data.subarray(unk * width, (unk + 1) * width);
    for (let k = 0; k < count; k++) longer.set(row, data.length + k * width);
    return { data: longer, shape: [vocabSize + count, ...shape.slice(1)] };
  };
  return parameterSet(
    parameters.names.map((name) => {
      const parameter = parameters.get(name);
      return [name, BY_PIECE.has(name) ? extended(parameter) : parameter] as const;
    }),
  );
}
