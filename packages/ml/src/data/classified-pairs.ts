/**
 * Sentence pairs with classes, for RoFormer-Sim's supervised stage. Every task has classes of its own (two for similar
 * or not, three for inference); the rows of a batch take the tasks in turn, so that they are mixed evenly.
 */
import { join } from "node:path";
import type { WordPieceTokenizer } from "@cool-papers/text";
import type { ClassifiedPairs } from "../models/objectives/index.ts";
import { DataError } from "./data-error.ts";
import type { HeldOutGuard } from "./held-out.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";
import { packBlock, TokenStore } from "./token-store.ts";
import { readTsv } from "./tsv.ts";

export interface ClassificationTask {
  /** Tab-separated files with the columns a, b, label; relative to the data folder, or absolute. */
  readonly files: readonly string[];
  /** Labels are 0 … classes − 1. */
  readonly classes: number;
}

interface ClassifiedPair {
  readonly left: number;
  readonly right: number;
  readonly label: number;
}

export interface ClassifiedCorpus {
  readonly store: TokenStore;
  readonly tasks: readonly { readonly classes: number; readonly pairs: readonly ClassifiedPair[] }[];
}

export const classCount = (tasks: readonly { readonly classes: number }[]): number =>
  tasks.reduce((sum, { classes }) => sum + classes, 0);

/** Pairs whose sentences are both allowed. @throws DataError for a label that is no class, and for a task without pairs */
export async function loadClassifiedPairs(
  dataDir: string,
  tasks: readonly ClassificationTask[],
  tokenizer: WordPieceTokenizer,
  guard: HeldOutGuard,
  maxLength: number,
): Promise<ClassifiedCorpus> {
  const store = new TokenStore();
  const add = (text: string) => store.add(tokenizer.encode(text, { maxLength }).ids);
  const loaded: { classes: number; pairs: ClassifiedPair[] }[] = [];
  for (const { files, classes } of tasks) {
    const pairs: ClassifiedPair[] = [];
    for (const file of files) {
      const path = file.startsWith("/") ? file : join(dataDir, file);
      for await (const { a, b, label } of readTsv(path)) {
        const value = Number(label);
        if (label === "" || !Number.isInteger(value) || value < 0 || value >= classes) {
          throw new DataError(
            `${path} has the label ${JSON.stringify(label)}; classes are 0 to ${classes - 1}.`,
          );
        }
        if (!guard.allows({ text: a! }) || !guard.allows({ text: b! })) continue;
        pairs.push({ left: add(a!), right: add(b!), label: value });
      }
    }
    if (pairs.length === 0) throw new DataError(`${files.join(", ")} hold no pair that may be trained on.`);
    loaded.push({ classes, pairs });
  }
  return { store, tasks: loaded };
}

export interface ClassifiedPosition {
  readonly cycles: readonly CyclePosition[];
}

/** Endless batches. */
export class ClassifiedBatches {
  readonly #corpus: ClassifiedCorpus;
  readonly #options: { readonly pairs: number; readonly length: number; readonly padId: number };
  readonly #cycles: readonly ShuffledCycle[];

  constructor(
    corpus: ClassifiedCorpus,
    options: {
      readonly pairs: number;
      readonly length: number;
      readonly padId: number;
      readonly seed: number;
    },
    position?: ClassifiedPosition,
  ) {
    this.#corpus = corpus;
    this.#options = options;
    this.#cycles = corpus.tasks.map(
      ({ pairs }, i) => new ShuffledCycle(pairs.length, options.seed * 31 + i, position?.cycles[i]),
    );
  }

  next(): ClassifiedPairs {
    const { pairs: count, length, padId } = this.#options;
    const { store, tasks } = this.#corpus;
    const all = classCount(tasks);
    const target = new Float32Array(count * all);
    const taskMask = new Float32Array(count * all);
    const pairs = Array.from({ length: count }, (_, row) => {
      const turn = row % tasks.length;
      const { pairs: own, classes } = tasks[turn]!;
      const pair = own[this.#cycles[turn]!.next()]!;
      const start = row * all + classCount(tasks.slice(0, turn));
      target[start + pair.label] = 1;
      taskMask.fill(1, start, start + classes);
      return pair;
    });
    const block = (side: "left" | "right") =>
      packBlock(
        pairs.map((pair) => store.get(pair[side])),
        length,
        padId,
      );
    return { left: block("left"), right: block("right"), target, taskMask };
  }

  position(): ClassifiedPosition {
    return { cycles: this.#cycles.map((cycle) => cycle.position()) };
  }
}
