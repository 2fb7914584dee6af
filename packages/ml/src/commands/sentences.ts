import { readFile, writeFile } from "node:fs/promises";
import { readTokenizerJson } from "@cool-papers/text";
import { gb2312Characters, textsOfCharacters } from "../data/character-texts.ts";
import { everydaySentences } from "../data/everyday-sentences.ts";
import { frequentWords } from "../data/everyday-words.ts";
import { loadHeldOut } from "../data/held-out.ts";
import { paraphrases } from "../data/paraphrases.ts";
import { SeededRandom } from "../data/seeded-random.ts";
import { readCatalogs } from "../data/translation-catalogs.ts";

export interface SentencesOptions {
  readonly dataDir: string;
  /** Lines of text, for `teach`. */
  readonly outPath: string;
  /** Sentences by rules, words alone, and sentences of the catalogues. */
  readonly made: number;
  readonly words: number;
  readonly translated: number;
  /** Folder of gettext catalogues; null: none. */
  readonly catalogsDir: string | null;
  /** JSON lines of what the catalogues say in both languages, for `--pairs`; null: none. */
  readonly pairsPath: string | null;
  /** JSON lines of questions that ask the same or do not, for `--paraphrases`; null: none. */
  readonly paraphrasesPath: string | null;
  /** How many, and how many of their questions are among the sentences as well. */
  readonly paraphrased: number;
  readonly questions: number;
  /** Texts for each character of GB 2312 that fewer of the other sentences have; 0: none. */
  readonly perCharacter: number;
  /** Only for characters that this vocabulary (tokenizer.json) lacks; null: for all. */
  readonly unknownToPath: string | null;
  readonly seed: number;
}

export interface WrittenSentences {
  readonly sentences: number;
  readonly pairs: number;
  readonly catalogs: number;
  readonly skippedCatalogs: number;
}

/** Writes everyday Chinese, one text a line in random order, each once and none of it held out. */
export async function writeSentences(options: SentencesOptions): Promise<WrittenSentences> {
  const { dataDir, outPath, catalogsDir, pairsPath, paraphrasesPath, seed } = options;
  const guard = await loadHeldOut(dataDir);
  const { texts, catalogs, skipped } =
    catalogsDir === null ? { texts: [], catalogs: 0, skipped: 0 } : await readCatalogs(catalogsDir);
  const pairs = texts.filter(
    ({ english, chinese }) => guard.allows({ text: english }) && guard.allows({ text: chinese }),
  );
  if (pairsPath !== null) {
    await writeLines(
      pairsPath,
      pairs.map(({ english, chinese }) => ({ query: chinese, positive: english })),
    );
  }
  const asked = paraphrasesPath === null ? [] : paraphrases(options.paraphrased, seed);
  if (paraphrasesPath !== null) await writeLines(paraphrasesPath, asked);
  const random = new SeededRandom(seed);
  const order = random.shuffle(Int32Array.from(pairs.keys())).subarray(0, options.translated);
  const sentences = new Set([
    ...everydaySentences(options.made, seed),
    ...frequentWords(options.words),
    ...[...order].map((i) => pairs[i]!.chinese),
    ...asked.slice(0, options.questions).map(({ query }) => query),
  ]);
  const characters = await rareCharacters(sentences, options);
  for (const text of textsOfCharacters(characters, options.perCharacter, seed)) sentences.add(text);
  const allowed = [...sentences].filter((text) => guard.allows({ text }));
  const shuffled = random.shuffle(Int32Array.from(allowed.keys()));
  await writeFile(outPath, [...shuffled].map((i) => `${allowed[i]}\n`).join(""));
  return { sentences: allowed.length, pairs: pairs.length, catalogs, skippedCatalogs: skipped };
}

/** Characters of GB 2312 that too few of the texts have. */
async function rareCharacters(
  texts: Iterable<string>,
  { perCharacter, unknownToPath }: SentencesOptions,
): Promise<string[]> {
  if (perCharacter === 0) return [];
  const known =
    unknownToPath === null
      ? new Set<string>()
      : new Set(readTokenizerJson(await readFile(unknownToPath, "utf8")).vocabulary);
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const character of new Set(text)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return gb2312Characters().filter(
    (character) => !known.has(character) && (counts.get(character) ?? 0) < perCharacter,
  );
}

async function writeLines(path: string, rows: readonly object[]): Promise<void> {
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
