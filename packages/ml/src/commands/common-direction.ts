import { chineseTokens } from "../data/chinese-tokens.ts";
import { samplePapers } from "../data/sample-papers.ts";
import { ModelReader } from "../export/index.ts";
import { readModel, writeWeights } from "../interchange/checkpoint.ts";
import { readModelTokenizer } from "../interchange/model-tokenizer.ts";
import { addCommonDirection, type EncoderConfig, POOLED } from "../models/index.ts";

export interface CommonDirectionRequest {
  readonly modelPath: string;
  readonly tokenizerPath: string;
  readonly dataDir: string;
  /** As in `CommonDirectionOptions`. */
  readonly size: number;
  readonly from: number;
  readonly outPath: string;
}

const PAPERS = 3000;
const MAX_TOKENS = 384;
const SEED = 1;

/** Gives the Chinese texts of a bag a direction in common, one that English papers use least; writes float16. */
export async function giveCommonDirection(request: CommonDirectionRequest): Promise<void> {
  const { modelPath, tokenizerPath, dataDir, size, from, outPath } = request;
  const { parameters, config: stored, step } = await readModel(modelPath);
  const config = stored as EncoderConfig;
  const tokenizer = await readModelTokenizer(tokenizerPath, config);
  const papers = await samplePapers(dataDir, PAPERS, SEED);
  const reader = await ModelReader.create(config, parameters, POOLED);
  const others = await reader.embed(
    papers.map(
      ({ title, abstract }) => tokenizer.encode(`${title}. ${abstract}`, { maxLength: MAX_TOKENS }).ids,
    ),
    "document",
  );
  await reader.release();
  const tokens = chineseTokens(tokenizer);
  const changed = addCommonDirection({ config, parameters, tokens, size, from, others });
  await writeWeights(outPath, { parameters: changed, config, step });
}
