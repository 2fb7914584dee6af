import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import type { BlendedModel } from "./commands/blend.ts";
import { DATA_DIR, ROOT, RUNS_DIR } from "./commands/project-folders.ts";
import type { Grown } from "./nn/index.ts";
import type { Recipe, TrainingVerb } from "./recipe.ts";

/** A command was asked for something it cannot do; the message is one sentence with the way out. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

const DATA_STATEMENT =
  "Distilled from all-MiniLM-L6-v2 (Apache-2.0) and multilingual-e5-small (MIT) on arXiv metadata (CC0), conference " +
  "papers (ACL and PMLR CC BY 4.0, OpenReview terms), machine-translated arXiv abstracts, CSL (Apache-2.0), translations of " +
  "Debian's programs (free licences), graded Chinese sentences (CC BY-SA 4.0) and public Chinese sentence-pair sets, " +
  "some of which are for research use only.";

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("it must be a number above 0.");
  return value;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0)
    throw new InvalidArgumentError("it must be a whole number above 0.");
  return value;
}

const positiveIntegers = (text: string): number[] => text.split(",").map(positiveInteger);

async function loadRecipe(name: string): Promise<Recipe> {
  const path = name.endsWith(".ts") ? resolve(name) : join(ROOT, "packages/ml/recipes", `${name}.ts`);
  if (!existsSync(path)) throw new UsageError(`There is no recipe ${name}: ${path} does not exist.`);
  return (await import(pathToFileURL(path).href)).default as Recipe;
}

function requireFile(path: string, what: string): string {
  if (!existsSync(path)) throw new UsageError(`${what} ${path} does not exist.`);
  return path;
}

const program = new Command("npm run ml --")
  .description("Trains, evaluates and exports RoFormer-Sim, the model behind semantic search.")
  .showHelpAfterError("(add --help for the options)")
  .configureHelp({ showGlobalOptions: true })
  .option("--data <folder>", "the public data sets; see docs/training.md", DATA_DIR);

program
  .command("vocab")
  .description("train a WordPiece vocabulary on the papers and on Chinese; writes tokenizer.json")
  .option("--size <pieces>", "pieces, special tokens included", positiveInteger, 24_000)
  .option("--abstract-every <n>", "count every n-th abstract", positiveInteger, 2)
  .option("--out <folder>", "where tokenizer.json goes", join(RUNS_DIR, "vocab"))
  .action(async (flags) => {
    const { vocab } = await import("./commands/vocab.ts");
    const dataDir = requireFile(program.opts().data, "The data folder");
    const options = { dataDir, outDir: flags.out, vocabSize: flags.size, abstractEvery: flags.abstractEvery };
    const { words, pieces, path } = await vocab(options);
    console.log(`${pieces} pieces from ${words} different words: ${path}`);
  });

const VERBS: Readonly<Record<TrainingVerb | "train", string>> = {
  train: "run any recipe, whatever its kind",
  pretrain: "train the generative and the contrastive half on weak pairs (RoFormer-Sim's first stage)",
  distill: "train a student against the teachers' vectors; stops and resumes exactly",
  finetune: "go on from a trained model on labelled pairs, or on your own with --pairs",
};

for (const [verb, description] of Object.entries(VERBS) as [TrainingVerb | "train", string][]) {
  program
    .command(verb)
    .description(description)
    .argument("<recipe>", "name of a file in packages/ml/recipes, or a path to one")
    .option("--run <name>", "folder under .data/ml for checkpoint and metrics (default: the recipe's name)")
    .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
    .option(
      "--from <checkpoint>",
      "begin with the weights of another run (checkpoint, weights, or a folder of Hugging Face's), where they fit",
    )
    .option("--pairs <file>", 'your data: lines of {"query": …, "positive": …, "negatives": […]}')
    .option(
      "--sentences <file.txt>",
      "lines of text; file.e.i8 beside it has the vectors that teacher e gives them (`ml teach` makes it)",
    )
    .option(
      "--paraphrases <file>",
      "questions with a text that asks the same and texts that do not, in the form of --pairs (`ml sentences` writes some)",
    )
    .option(
      "--teacher <checkpoint>",
      "model whose cosines are taught, of the same vocabulary (roformer-sim-distill, tiny-questions)",
    )
    .option(
      "--near-model <checkpoint>",
      "model that finds the papers that stand side by side as each other's negatives (nearShare); a bag is quick",
    )
    .option("--resume", "go on from the run's checkpoint", false)
    .option("--minutes <n>", "stop after this time", positive, 100_000)
    .option("--checkpoint-minutes <n>", "time between checkpoints", positive, 5)
    .option("--threads <n>", "threads of one operation", positiveInteger, 2)
    .action((name: string, flags) => runTrainingCommand(verb, name, flags));
}

interface TrainingFlags {
  readonly run?: string;
  readonly tokenizer: string;
  readonly from?: string;
  readonly pairs?: string;
  readonly sentences?: string;
  readonly paraphrases?: string;
  readonly teacher?: string;
  readonly nearModel?: string;
  readonly resume: boolean;
  readonly minutes: number;
  readonly checkpointMinutes: number;
  readonly threads: number;
}

async function runTrainingCommand(
  verb: TrainingVerb | "train",
  name: string,
  flags: TrainingFlags,
): Promise<void> {
  const { train } = await import("./commands/train.ts");
  const { showProgress } = await import("./commands/show-progress.ts");
  const recipe = await loadRecipe(name);
  if (verb !== "train" && recipe.verb !== verb)
    throw new UsageError(`The recipe ${name} is for ${recipe.verb}: npm run ml -- ${recipe.verb} ${name}`);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const progress = showProgress(recipe.learningRate.totalSteps);
  const result = await train({
    recipe,
    recipeName: name,
    dataDir: requireFile(program.opts().data, "The data folder"),
    tokenizerPath: requireFile(flags.tokenizer, "The tokenizer (train one with `npm run ml -- vocab`)"),
    ownPairsPath: flags.pairs === undefined ? null : requireFile(flags.pairs, "The file of pairs"),
    sentencesPath:
      flags.sentences === undefined ? null : requireFile(flags.sentences, "The file of sentences"),
    paraphrasesPath:
      flags.paraphrases === undefined ? null : requireFile(flags.paraphrases, "The file of paraphrases"),
    teacherPath: flags.teacher === undefined ? null : requireFile(flags.teacher, "The teacher"),
    nearModelPath:
      flags.nearModel === undefined ? null : requireFile(flags.nearModel, "The model that finds near papers"),
    runDir: join(RUNS_DIR, flags.run ?? name),
    resume: flags.resume,
    from: flags.from === undefined ? null : requireFile(flags.from, "The checkpoint"),
    maxMinutes: flags.minutes,
    checkpointMinutes: flags.checkpointMinutes,
    threads: flags.threads,
    signal: stop.signal,
    onReport: progress.add,
    onGrown: (grown) => console.log(describeGrown(grown)),
  }).finally(progress.stop);
  console.log(`ended (${result.end}) at step ${result.step}`);
}

const NAMED_PARAMETERS = 6;

/** A model of another vocabulary or shape would otherwise begin anew without a word. */
function describeGrown({ parameters, added, resized }: Grown): string {
  const all = parameters.names.length;
  const parts = [`${all - added.length - resized.length} of ${all} parameters taken over`];
  if (resized.length > 0) parts.push(`of another width: ${firstNames(resized)}`);
  if (added.length > 0) parts.push(`new: ${firstNames(added)}`);
  return parts.join("; ");
}

function firstNames(names: readonly string[]): string {
  const more = names.length > NAMED_PARAMETERS ? `, and ${names.length - NAMED_PARAMETERS} more` : "";
  return names.slice(0, NAMED_PARAMETERS).join(", ") + more;
}

program
  .command("evaluate")
  .description("measure a bundle, or a checkpoint in training, on every dev set; prints a table")
  .option("--bundle <folder>", "a bundle with config.json, tokenizer.json and a model")
  .option("--variant <name>", "float32, float16 or int8", "int8")
  .option("--checkpoint <file>", "a checkpoint.safetensors instead of a bundle")
  .option("--tokenizer <file>", "tokenizer.json of the checkpoint", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option("--heads <share>", "embed with the teachers' heads; share of teacher m in the cosine", positive)
  .option("--max-tokens <n>", "longest text", positiveInteger)
  .option("--dimensions <n>", "cut the vectors to their first dimensions (Matryoshka)", positiveInteger)
  .option("--threads <n>", "threads of one operation", positiveInteger, 2)
  .option("--quick", "only the sets that decide", false)
  .option("--beir <folder>", "measure this folder (corpus.jsonl, queries.jsonl, qrels/test.tsv) instead")
  .option("--baseline <path>", "compare with a bundle, a checkpoint, or what --json wrote about one")
  .option("--json <file>", "write the measures there too")
  .addHelpText(
    "after",
    `
Examples:
  npm run ml -- evaluate --checkpoint .data/ml/my-run/checkpoint.safetensors --json after.json
  npm run ml -- evaluate --bundle my-bundle --baseline packages/embed/model --quick     # before, after, change`,
  )
  .action(async (flags) => {
    const dataDir = flags.beir === undefined ? requireFile(program.opts().data, "The data folder") : "";
    const { evaluateModel } = await import("./commands/evaluate.ts");
    await evaluateModel({
      dataDir,
      bundleDir: flags.bundle ?? null,
      variant: flags.variant,
      checkpointPath: flags.checkpoint === undefined ? null : requireFile(flags.checkpoint, "The checkpoint"),
      tokenizerPath: flags.tokenizer,
      headShareM: flags.heads ?? null,
      maxTokens: flags.maxTokens ?? null,
      threads: flags.threads,
      isQuick: flags.quick,
      dimensions: flags.dimensions ?? null,
      beirFolder: flags.beir === undefined ? null : requireFile(flags.beir, "The BEIR folder"),
      jsonPath: flags.json ?? null,
      baselinePath: flags.baseline === undefined ? null : requireFile(flags.baseline, "The baseline"),
    });
  });

program
  .command("sentences")
  .description(
    "write everyday Chinese, by rules and out of programs' translations, for teach and --sentences",
  )
  .requiredOption("--out <file.txt>", "one text a line")
  .option("--made <n>", "sentences by rules", positiveInteger, 70_000)
  .option("--words <n>", "frequent words by themselves", positiveInteger, 15_000)
  .option(
    "--catalogs <folder>",
    "gettext catalogues (.mo) with zh_CN in their paths, for instance /usr/share/locale",
  )
  .option("--translated <n>", "sentences of the catalogues", positiveInteger, 45_000)
  .option("--pairs <file>", "write what the catalogues say in both languages there, for --pairs")
  .option("--paraphrases <file>", "write questions by rules that ask the same or do not, for --paraphrases")
  .option("--paraphrased <n>", "such questions, each with one that asks the same", positiveInteger, 150_000)
  .option("--questions <n>", "of them among the sentences as well", positiveInteger, 55_000)
  .option(
    "--characters <n>",
    "texts for each character of GB 2312 that fewer of the other sentences have (default: none)",
    positiveInteger,
  )
  .option("--unknown-to <tokenizer.json>", "only for characters that this vocabulary lacks")
  .option("--seed <n>", "chooses words and sentences", positiveInteger, 7)
  .action(async (flags) => {
    if (flags.pairs !== undefined && flags.catalogs === undefined)
      throw new UsageError("Pairs come out of catalogues: name their folder with --catalogs.");
    const { writeSentences } = await import("./commands/sentences.ts");
    const { sentences, pairs, catalogs, skippedCatalogs } = await writeSentences({
      dataDir: requireFile(program.opts().data, "The data folder"),
      outPath: flags.out,
      made: flags.made,
      words: flags.words,
      translated: flags.translated,
      catalogsDir:
        flags.catalogs === undefined ? null : requireFile(flags.catalogs, "The folder of catalogues"),
      pairsPath: flags.pairs ?? null,
      paraphrasesPath: flags.paraphrases ?? null,
      paraphrased: flags.paraphrased,
      questions: flags.questions,
      perCharacter: flags.characters ?? 0,
      unknownToPath: flags.unknownTo === undefined ? null : requireFile(flags.unknownTo, "The vocabulary"),
      seed: flags.seed,
    });
    const skipped = skippedCatalogs > 0 ? ` (${skippedCatalogs} damaged)` : "";
    console.log(`${sentences} sentences; ${pairs} pairs out of ${catalogs} catalogues${skipped}`);
  });

program
  .command("teach")
  .description("embed your own sentences with teacher e, for --sentences; goes on where it was ended")
  .argument("<file.txt>", "one text a line; the vectors go to file.e.i8 beside it")
  .requiredOption("--url <url>", "a server of multilingual-e5-small with OpenAI's embedding API, up to /v1")
  .option("--model <name>", "what the server calls the model", "multilingual-e5-small")
  .option("--prefix <text>", 'put before each text, unless the server does ("query: ")', "")
  .option("--batch <n>", "texts of one request", positiveInteger, 64)
  .addHelpText("after", "\nA key for the server goes into EMBED_API_KEY.")
  .action(async (file: string, flags) => {
    const { teach } = await import("./commands/teach.ts");
    const { path, lines, agreement } = await teach({
      dataDir: requireFile(program.opts().data, "The data folder"),
      textPath: requireFile(file, "The file of sentences"),
      url: flags.url,
      model: flags.model,
      apiKey: process.env.EMBED_API_KEY ?? null,
      prefix: flags.prefix,
      batchSize: flags.batch,
      onProgress: (done, total) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}`);
      },
    });
    console.log(`${lines} vectors in ${path}; cosine with stored ones ${agreement.toFixed(4)}`);
  });

program
  .command("mine")
  .description("write titles, abstracts and hard negatives under a model as training lines for finetune")
  .requiredOption("--out <file>", "the JSON lines")
  .option("--bundle <folder>", "the model, as a bundle")
  .option("--checkpoint <file>", "or as a checkpoint")
  .option("--tokenizer <file>", "tokenizer.json of the checkpoint", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option("--papers <n>", "papers, queries and candidates alike", positiveInteger, 20_000)
  .option("--negatives <n>", "negatives of each query", positiveInteger, 4)
  .option("--threads <n>", "threads of one operation", positiveInteger, 2)
  .option("--seed <n>", "chooses the papers", positiveInteger, 1)
  .action(async (flags) => {
    const dataDir = requireFile(program.opts().data, "The data folder");
    const { openEncoder } = await import("./commands/evaluate.ts");
    const { mine } = await import("./commands/mine.ts");
    const encoder = await openEncoder({
      bundleDir: flags.bundle ?? null,
      variant: "int8",
      checkpointPath: flags.checkpoint === undefined ? null : requireFile(flags.checkpoint, "The checkpoint"),
      tokenizerPath: flags.tokenizer,
      headShareM: null,
      maxTokens: null,
      threads: flags.threads,
    });
    const { papers, negatives, seed, out } = flags;
    const written = await mine(encoder, { dataDir, outPath: out, papers, negatives, seed });
    await encoder.release();
    console.log(`${written} lines: ${out}`);
  });

program
  .command("questions")
  .description("have the generative half write a question about each paper, as training lines for own pairs")
  .requiredOption("--checkpoint <file>", "checkpoint.safetensors of a run of question-writer")
  .requiredOption("--out <file>", "the JSON lines")
  .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option("--papers <n>", "papers asked about", positiveInteger, 5000)
  .option("--checker <file>", "keep what finds its paper again under this checkpoint")
  .option("--max-rank <n>", "how far down it may stand", positiveInteger, 10)
  .option("--top-p <p>", "share of probability sampled from, up to 1", positive, 0.9)
  .option("--max-new-tokens <n>", "tokens written at most", positiveInteger, 32)
  .option("--threads <n>", "threads of one operation of the checker", positiveInteger, 2)
  .option("--seed <n>", "chooses the papers and what is written", positiveInteger, 1)
  .action(async (flags) => {
    const dataDir = requireFile(program.opts().data, "The data folder");
    const { writeQuestions } = await import("./commands/questions.ts");
    const { openEncoder } = await import("./commands/evaluate.ts");
    const { papers, maxRank, topP, maxNewTokens, seed, out } = flags;
    const tokenizerPath = requireFile(flags.tokenizer, "The tokenizer");
    const checker =
      flags.checker === undefined
        ? null
        : await openEncoder({
            bundleDir: null,
            variant: "float32",
            checkpointPath: requireFile(flags.checker, "The checker"),
            tokenizerPath,
            headShareM: null,
            maxTokens: null,
            threads: flags.threads,
          });
    const { written, kept } = await writeQuestions(checker, {
      checkpointPath: requireFile(flags.checkpoint, "The checkpoint"),
      tokenizerPath,
      dataDir,
      outPath: out,
      papers,
      maxRank,
      topP,
      maxNewTokens,
      seed,
      onProgress: (count) => console.error(`${count} of ${papers} papers`),
    });
    await checker?.release();
    console.log(`${kept} of ${written} questions kept: ${out}`);
  });

program
  .command("generate")
  .description("write texts like the given one with the generative half, the closest in meaning first")
  .argument("<text>", "a title, a question, a sentence")
  .requiredOption("--checkpoint <file>", "checkpoint.safetensors of a pre-trained run")
  .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option("--samples <n>", "texts sampled", positiveInteger, 8)
  .option("--top-p <p>", "share of probability sampled from, up to 1", positive, 0.9)
  .option("--max-new-tokens <n>", "tokens written at most", positiveInteger, 32)
  .option("--seed <n>", "the same seed writes the same texts", positiveInteger, 1)
  .action(async (text: string, flags) => {
    const { generateTexts } = await import("./commands/generate.ts");
    const checkpoint = requireFile(flags.checkpoint, "The checkpoint");
    const { samples, topP, maxNewTokens, seed } = flags;
    const options = { samples, topP, maxNewTokens, seed };
    await generateTexts(checkpoint, requireFile(flags.tokenizer, "The tokenizer"), text, options);
  });

program
  .command("export")
  .description(
    "write a checkpoint as a bundle that the site and the embedding server load, or as a folder of Hugging Face's",
  )
  .requiredOption("--checkpoint <file>", "checkpoint.safetensors of a run, or weights")
  .option("--out <folder>", "folder of the bundle; needs --id and --model-card")
  .option("--id <name>", "name and version, stored beside every vector")
  .option("--model-card <file>", "Markdown: what it is for, and what it is not good at")
  .option(
    "--hugging-face <folder>",
    "write config.json, vocab.txt and model.safetensors for transformers' RoFormer",
  )
  .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option(
    "--reranker <checkpoint>",
    "model whose tokens are compared when the first hits are reranked (token-match-words)",
  )
  .option("--heads <share>", "embed with the teachers' heads; share of teacher m in the cosine", positive)
  .option("--variants <names>", "float32, float16, int8, separated by commas", "int8")
  .option("--max-tokens <n>", "longest text", positiveInteger, 160)
  .option("--dims <sizes>", "shorter vectors it was taught (Matryoshka), separated by commas", "")
  .option("--metrics <file>", "what evaluate --json wrote")
  .option("--parity-texts <file>", "JSON lines with title and abstract", undefined)
  .addHelpText(
    "after",
    `
Examples:
  npm run ml -- export --checkpoint .data/ml/my-run/checkpoint.safetensors --out my-bundle --id my-model-1 --model-card card.md
  npm run ml -- export --checkpoint .data/ml/my-run/checkpoint.safetensors --hugging-face hf-model
  npm run ml -- import hf-trained --exported hf-model --out back        # after training on with transformers`,
  )
  .action(async (flags) => {
    const checkpointPath = requireFile(flags.checkpoint, "The checkpoint");
    const tokenizerPath = requireFile(flags.tokenizer, "The tokenizer");
    const { exportHuggingFace, exportModel } = await import("./commands/export.ts");
    if (flags.huggingFace !== undefined) {
      await exportHuggingFace(checkpointPath, tokenizerPath, flags.huggingFace);
      console.log(
        `${flags.huggingFace}: RoFormerModel.from_pretrained(${JSON.stringify(flags.huggingFace)})`,
      );
    }
    if (flags.out === undefined) {
      if (flags.huggingFace === undefined)
        throw new UsageError("Name what to write: --out or --hugging-face.");
      return;
    }
    if (flags.id === undefined || flags.modelCard === undefined)
      throw new UsageError("A bundle needs --id and --model-card.");
    const { embeddingSource } = await import("./commands/evaluate.ts");
    await exportModel({
      checkpointPath,
      tokenizerPath,
      rerankerPath: flags.reranker === undefined ? null : requireFile(flags.reranker, "The reranker"),
      folder: flags.out,
      id: flags.id,
      source: embeddingSource(flags.heads ?? null),
      variants: flags.variants.split(","),
      maxTokens: flags.maxTokens,
      matryoshkaDims: flags.dims === "" ? [] : flags.dims.split(",").map(positiveInteger),
      modelCardPath: requireFile(flags.modelCard, "The model card"),
      metricsPath: flags.metrics === undefined ? null : requireFile(flags.metrics, "The metrics file"),
      parityTextsPath:
        flags.parityTexts ?? requireFile(join(program.opts().data, "arxiv.jsonl.gz"), "The parity texts"),
      dataStatement: DATA_STATEMENT,
      license: "Apache-2.0",
    });
  });

program
  .command("import")
  .description("take over a RoFormer trained elsewhere: a folder of transformers' or of bert4keras'")
  .argument(
    "<folder>",
    "with config.json, vocab.txt, model.safetensors; or bert_config.json, vocab.txt, *.ckpt.index",
  )
  .requiredOption("--out <folder>", "where weights.safetensors (float32) and tokenizer.json go")
  .option(
    "--exported <folder>",
    "the folder that export wrote before training with transformers: what that drops on saving is taken from there",
  )
  .addHelpText(
    "after",
    `
The official RoFormer-Sim weights are bert4keras checkpoints; unpack one and name its folder. All verbs then take
--checkpoint OUT/weights.safetensors (training verbs: --from) with --tokenizer OUT/tokenizer.json:
  npm run ml -- import chinese_roformer-sim-char-ft_L-6_H-384_A-6 --out roformer-sim
  npm run ml -- evaluate --checkpoint roformer-sim/weights.safetensors --tokenizer roformer-sim/tokenizer.json
  npm run ml -- generate "什么是注意力机制?" --checkpoint roformer-sim/weights.safetensors --tokenizer roformer-sim/tokenizer.json`,
  )
  .action(async (folder: string, flags) => {
    const { importModel } = await import("./commands/import.ts");
    const { description, weightsPath, tokenizerPath } = await importModel(
      requireFile(folder, "The folder"),
      flags.out,
      flags.exported === undefined ? null : requireFile(flags.exported, "The exported folder"),
    );
    console.log(`${description}\n--checkpoint ${weightsPath} --tokenizer ${tokenizerPath}`);
  });

program
  .command("weights")
  .description("write a checkpoint's weights alone as float16, small enough to keep; --from reads them")
  .argument("<checkpoint>", "checkpoint.safetensors of a run")
  .argument("<out>", "the file of weights")
  .action(async (checkpoint: string, out: string) => {
    const { exportWeights } = await import("./commands/export.ts");
    await exportWeights(requireFile(checkpoint, "The checkpoint"), out);
    console.log(out);
  });

program
  .command("extend-vocab")
  .description(
    "add the Chinese characters of GB 2312 that a vocabulary lacks; every text keeps its vector until they are trained",
  )
  .argument("<models...>", "checkpoints or weights of the vocabulary")
  .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
  .requiredOption("--out <folder>", "gets tokenizer.json and the models, as float16")
  .action(async (models: string[], flags) => {
    const { extendVocab } = await import("./commands/extend-vocab.ts");
    const { added, pieces } = await extendVocab({
      tokenizerPath: requireFile(flags.tokenizer, "The tokenizer"),
      modelPaths: models.map((path) => requireFile(path, "The model")),
      outDir: flags.out,
    });
    console.log(`${added} characters added, ${pieces} pieces in ${flags.out}`);
  });

program
  .command("blend")
  .description("average the weights of runs that began from one model; float16, as weights writes them")
  .argument(
    "<models...>",
    "checkpoints or weights, each with what it counts for: a.safetensors=0.4 b.safetensors=0.6",
  )
  .requiredOption("--out <file>", "the file of weights")
  .action(async (models: string[], flags) => {
    const { blend } = await import("./commands/blend.ts");
    await blend(models.map(blendedModel), flags.out);
    console.log(flags.out);
  });

/** `PATH=SHARE`; a share of 1 when left out. */
function blendedModel(text: string): BlendedModel {
  const at = text.lastIndexOf("=");
  const path = at < 0 ? text : text.slice(0, at);
  const share = at < 0 ? 1 : Number(text.slice(at + 1));
  if (!(share >= 0 && share < Number.POSITIVE_INFINITY) || text.endsWith("="))
    throw new UsageError(`The share in ${text} is no number of 0 or more: write ${path}=0.5, for instance.`);
  return { path: requireFile(path, "The model"), share };
}

program
  .command("common-direction")
  .description(
    "give the Chinese texts of a bag a direction in common: they are compared more by distance than by angle, with English as before",
  )
  .argument("<model>", "a checkpoint or weights")
  .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option("--size <x>", "how much a token of weight 1 gets, of rows of length √width", positive, 6)
  .option(
    "--from <n>",
    "number of the vector behind which it lies: the longest --dims but the whole",
    positiveInteger,
    128,
  )
  .requiredOption("--out <file>", "the file of weights")
  .action(async (model: string, flags) => {
    const { giveCommonDirection } = await import("./commands/common-direction.ts");
    await giveCommonDirection({
      modelPath: requireFile(model, "The model"),
      tokenizerPath: requireFile(flags.tokenizer, "The tokenizer"),
      dataDir: requireFile(program.opts().data, "The data folder"),
      size: flags.size,
      from: flags.from,
      outPath: flags.out,
    });
    console.log(flags.out);
  });

program
  .command("report")
  .description("draw the curves of runs into one HTML file without scripts")
  .argument("<runs...>", "folders under .data/ml, or paths of metrics.jsonl")
  .option("--out <file>", "the HTML file", "training-report.html")
  .action(async (runs: string[], flags) => {
    const { report } = await import("./commands/report.ts");
    const paths = runs.map((run) => (existsSync(run) ? run : requireFile(join(RUNS_DIR, run), "The run")));
    await report(paths, flags.out);
    console.log(flags.out);
  });

program
  .command("length-report")
  .description("measure how well titles find abstracts of growing length, plain and with two remedies")
  .requiredOption("--checkpoint <file>", "checkpoint.safetensors of a model with layers")
  .option("--tokenizer <file>", "tokenizer.json", join(RUNS_DIR, "vocab/tokenizer.json"))
  .option("--texts <file>", "JSON lines with title and abstract (default: the papers of --data)")
  .option("--papers <n>", "papers taken, the first that are long enough", positiveInteger, 200)
  .option("--lengths <tokens>", "separated by commas", positiveIntegers, [32, 64, 128, 192, 256])
  .option("--trained-length <tokens>", "longest text seen in training", positiveInteger, 96)
  .option("--heads <share>", "embed with the teachers' heads; share of teacher m in the cosine", positive)
  .option("--threads <n>", "threads of one operation", positiveInteger, 2)
  .option("--json <file>", "write the measures there too")
  .action(async (flags) => {
    const { runLengthReport } = await import("./commands/length-report.ts");
    await runLengthReport({
      checkpointPath: requireFile(flags.checkpoint, "The checkpoint"),
      tokenizerPath: requireFile(flags.tokenizer, "The tokenizer"),
      textsPath: requireFile(flags.texts ?? join(program.opts().data, "arxiv.jsonl.gz"), "The file of texts"),
      papers: flags.papers,
      lengths: flags.lengths,
      trainedLength: flags.trainedLength,
      headShareM: flags.heads ?? null,
      threads: flags.threads,
      jsonPath: flags.json ?? null,
    });
  });

program
  .command("attention-cost")
  .description("time and memory of softmax, linear and recurrent attention against the length of the text")
  .option("--lengths <tokens>", "separated by commas", positiveIntegers, [64, 256, 1024, 2048])
  .option("--width <n>", "hidden size D", positiveInteger, 256)
  .option("--attention-heads <n>", "heads", positiveInteger, 4)
  .option("--threads <n>", "threads of one operation", positiveInteger, 2)
  .option("--repeats <n>", "runs of each; the median counts", positiveInteger, 5)
  .option("--json <file>", "write the costs there too")
  .action(async ({ lengths, width, attentionHeads, threads, repeats, json }) => {
    const { runAttentionCost } = await import("./commands/attention-cost.ts");
    const sizes = { lengths, hiddenSize: width, numAttentionHeads: attentionHeads };
    await runAttentionCost({ ...sizes, threads, repeats }, json ?? null);
  });

/** Names the recipes of a training verb in its help. Reading them takes a moment, so only then. */
async function addRecipesToHelp(): Promise<void> {
  const verb = process.argv.find((argument) => argument in VERBS);
  if (verb === undefined || !process.argv.some((argument) => argument === "--help" || argument === "-h"))
    return;
  const files = readdirSync(join(ROOT, "packages/ml/recipes")).sort();
  const lines: string[] = [];
  for (const name of files.map((file) => file.replace(/\.ts$/, ""))) {
    const recipe = await loadRecipe(name);
    if (verb === "train" || recipe.verb === verb) lines.push(`  ${name.padEnd(24)}${recipe.description}`);
  }
  const command = program.commands.find((each) => each.name() === verb);
  command?.addHelpText(
    "after",
    `\nRecipes:\n${lines.join("\n")}\n\nThe whole way, stage by stage: docs/training.md`,
  );
}

try {
  await addRecipesToHelp();
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
