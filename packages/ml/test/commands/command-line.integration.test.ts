import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SPECIAL_TOKENS, WordPieceTokenizer, writeTokenizerJson } from "@cool-papers/text";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

const fixtureTokenizer = fileURLToPath(new URL("../../../embed/model/tokenizer.json", import.meta.url));

function ml(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  return { status, output: stdout.trim(), error: stderr.trim() };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "command-line-"));
  await writeFile(
    join(folder, "tokenizer.json"),
    writeTokenizerJson(new WordPieceTokenizer([...SPECIAL_TOKENS])),
  );
  await writeFile(join(folder, "damaged.safetensors"), "not a checkpoint at all");
  await writeFile(join(folder, "card.md"), "# card");
});
afterAll(() => rm(folder, { recursive: true }));

describe("npm run ml --", () => {
  test("--help names every verb with what it is for", () => {
    const { status, output } = ml("--help");
    expect(status).toBe(0);
    for (const verb of [
      "vocab",
      "pretrain",
      "train",
      "distill",
      "finetune",
      "evaluate",
      "generate",
      "export",
      "import",
      "report",
      "sentences",
      "teach",
      "blend",
    ]) {
      expect(output).toMatch(new RegExp(`^  ${verb} .*\\w`, "m"));
    }
  });

  test("a training verb's help names its recipes, and no other's", () => {
    const { output } = ml("finetune", "--help");
    expect(output).toMatch(/^ {2}own-pairs-lora {2,}\w.*adapters/m);
    expect(output).not.toMatch(/bag-distill/);
    expect(ml("train", "-h").output).toMatch(/^ {2}bag-distill .*[\s\S]*^ {2}zh-finetune /m);
  });

  test.each([
    ["an unknown flag", ["distill", "bag-distill", "--speed", "9"], /unknown option '--speed'/],
    [
      "a flag of the wrong kind",
      ["distill", "bag-distill", "--threads", "two"],
      /--threads.*'two' is invalid.*whole number/,
    ],
    ["an unknown recipe", ["distill", "nothing"], /UsageError: There is no recipe nothing/],
    [
      "a recipe of another verb",
      ["finetune", "bag-distill"],
      /is for distill: npm run ml -- distill bag-distill/,
    ],
    ["a missing data folder", ["--data", "/absent", "vocab"], /The data folder \/absent does not exist/],
    [
      "a missing checkpoint",
      ["evaluate", "--checkpoint", "/absent.safetensors"],
      /The checkpoint \/absent\.safetensors does not exist/,
    ],
    [
      "a folder that is no bundle",
      ["evaluate", "--bundle", "/absent"],
      /BundleError: \/absent is no model bundle/,
    ],
    [
      "a teacher for a recipe without one",
      ["train", "bag-distill", "--teacher", import.meta.filename, "--tokenizer", fixtureTokenizer],
      /RecipeError: This recipe has no use for a --teacher/,
    ],
    [
      "adapters without a model",
      ["train", "own-pairs-lora", "--pairs", import.meta.filename, "--tokenizer", fixtureTokenizer],
      /AdapterError: .*name it with --from/,
    ],
    [
      "a folder that no library wrote",
      ["import", import.meta.dirname, "--out", "/absent"],
      /InterchangeError: .* is neither a folder of transformers' RoFormer \(config\.json/,
    ],
    ["a missing run", ["report", "absent-run"], /The run .*absent-run does not exist/],
    [
      "a share that is no number",
      ["blend", "a.safetensors=much", "--out", "/absent"],
      /UsageError: The share in a\.safetensors=much is no number of 0 or more/,
    ],
    [
      "pairs without catalogues",
      ["sentences", "--out", "/absent", "--pairs", "/absent"],
      /UsageError: Pairs come out of catalogues: name their folder with --catalogs/,
    ],
    [
      "sentences that are not there",
      ["teach", "absent.txt", "--url", "http://127.0.0.1:9"],
      /The file of sentences absent\.txt does not exist/,
    ],
  ])("%s is told in one sentence, with exit code 1", (_what, args, message) => {
    const { status, error } = ml("--data", folder, ...args);
    expect(status).toBe(1);
    expect(error).toMatch(message);
    expect(error).not.toMatch(/^\s+at /m);
  });

  test("a folder of transformers' comes in by command, goes out again, and another tokenizer is refused", () => {
    const fixture = fileURLToPath(new URL("../interchange/fixtures/hugging-face", import.meta.url));
    const out = join(folder, "imported");
    const imported = ml("import", fixture, "--out", out);
    expect(imported.error).toBe("");
    expect(imported.output).toMatch(/^RoFormer L2 H16 A2, 40 pieces/);
    const checkpoint = ["--checkpoint", join(out, "weights.safetensors")];
    const target = ["--hugging-face", join(folder, "exported")];
    const written = ml("export", ...checkpoint, "--tokenizer", join(out, "tokenizer.json"), ...target);
    expect(written).toMatchObject({ status: 0, error: "" });
    expect(existsSync(join(folder, "exported", "model.safetensors"))).toBe(true);
    const wrong = ml("export", ...checkpoint, "--tokenizer", join(folder, "tokenizer.json"), ...target);
    expect(wrong.error).toMatch(
      /tokenizer\.json has 5 pieces, but the model 40: name the tokenizer it was trained with/,
    );
    expect(ml("export", ...checkpoint, "--tokenizer", join(out, "tokenizer.json")).error).toMatch(
      /Name what to write: --out or --hugging-face/,
    );
  }, 300_000);

  test("a damaged checkpoint is told in one sentence", () => {
    const { status, error } = ml(
      ...[
        "export",
        "--checkpoint",
        join(folder, "damaged.safetensors"),
        "--out",
        join(folder, "bundle"),
        "--id",
        "x",
      ],
      ...["--model-card", join(folder, "card.md"), "--tokenizer", join(folder, "tokenizer.json")],
      ...["--parity-texts", join(folder, "card.md")],
    );
    expect(status).toBe(1);
    expect(error).toMatch(
      /^TensorFileError: .*damaged\.safetensors is not a usable safetensors file: it is cut off/,
    );
  });
});
