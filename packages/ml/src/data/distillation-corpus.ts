/**
 * The texts that teachers embedded, tokenised, with what belongs together kept together: a title and its document,
 * the English and Chinese sides of a parallel paper. Held-out rows never enter (held-out.ts).
 */
import type { WordPieceTokenizer } from "@cool-papers/text";
import { HELD_OUT_PARALLEL_ROWS, type HeldOutGuard, type TrainingRow } from "./held-out.ts";
import { readLines } from "./json-lines.ts";
import { documentText, firstCodePoints, readArxiv, readVenues } from "./papers.ts";
import { readParallel } from "./parallel.ts";
import {
  readTeacherKeys,
  readTeacherVectors,
  readVectorsBeside,
  type TeacherVectors,
} from "./teacher-vectors.ts";
import { TokenStore, tokensOf } from "./token-store.ts";

/** Kinds of groups; a batch takes a fixed number of each. */
export const DISTILLATION_STREAMS = ["papers", "titles", "parallel", "chinese", "sentences"] as const;
export type DistillationStream = (typeof DISTILLATION_STREAMS)[number];

export interface DistillationText {
  /** Index into the token store. */
  readonly tokens: number;
  readonly size: "short" | "long";
  /** A paper's title, as opposed to a sentence. */
  readonly isTitle: boolean;
  /** Teacher vectors of `row`; m is null for Chinese. */
  readonly m: TeacherVectors | null;
  readonly e: TeacherVectors;
  readonly row: number;
}

export interface DistillationCorpus {
  readonly store: TokenStore;
  /**
   * papers: [title, document]; titles: [title]; chinese: [sentence];
   * sentences: [sentence] of your own file;
   * parallel: [English title, English document, Chinese title, Chinese document].
   */
  readonly groups: Readonly<Record<DistillationStream, readonly (readonly DistillationText[])[]>>;
  /** Groups left out because they are held out. */
  readonly heldOutGroups: number;
}

export interface DistillationCorpusOptions {
  readonly dataDir: string;
  readonly tokenizer: WordPieceTokenizer;
  readonly guard: HeldOutGuard;
  /** Longest title or sentence, in tokens with [CLS] and [SEP]. */
  readonly maxShortLength: number;
  /** Longest document. */
  readonly maxLongLength: number;
  /** Lines of text (`NAME.txt`) beside which `NAME.e.i8` has the vectors that teacher e gives them; null: none. */
  readonly sentencesPath: string | null;
}

/**
 * Loads everything under `teacher/`. Takes about 25 s and 300 MB.
 *
 * @throws DataError when a file is missing or does not match its keys
 */
export async function loadDistillationCorpus(
  options: DistillationCorpusOptions,
): Promise<DistillationCorpus> {
  const collector = new Collector(options);
  await collector.addPapers();
  await collector.addParallel();
  await collector.addChinese();
  if (options.sentencesPath !== null) await collector.addSentences(options.sentencesPath);
  collector.centerTeachers();
  return collector;
}

class Collector implements DistillationCorpus {
  readonly store = new TokenStore();
  readonly groups: Record<DistillationStream, DistillationText[][]> = {
    papers: [],
    titles: [],
    parallel: [],
    chinese: [],
    sentences: [],
  };
  heldOutGroups = 0;
  readonly #options: DistillationCorpusOptions;
  readonly #sentences = new Set<TeacherVectors>();
  readonly #rowsOf = new Map<TeacherVectors, number[]>();

  constructor(options: DistillationCorpusOptions) {
    this.#options = options;
  }

  /** docs.ids is the beginning of titles.ids: a paper with a document has the same row in both. */
  async addPapers(): Promise<void> {
    const { dataDir } = this.#options;
    const documents = await readTeacherKeys(dataDir, "docs.ids");
    const titles = await readTeacherKeys(dataDir, "titles.ids");
    const vectors = {
      titleM: await readTeacherVectors(dataDir, "titles", "m", titles.length),
      titleE: await readTeacherVectors(dataDir, "titles", "e", titles.length),
      documentM: await readTeacherVectors(dataDir, "docs", "m", documents.length),
      documentE: await readTeacherVectors(dataDir, "docs", "e", documents.length),
    };
    const documentRows = new Map(documents.map((id, row) => [id, row]));
    const titleRows = new Map(titles.map((id, row) => [id, row]));
    for (const read of [readArxiv, readVenues]) {
      for await (const paper of read(dataDir)) {
        const row = titleRows.get(paper.id);
        if (row === undefined) continue;
        titleRows.delete(paper.id);
        if (!this.#mayEnter(paper)) continue;
        const title = this.#text("short", paper.title, vectors.titleM, vectors.titleE, row);
        const documentRow = documentRows.get(paper.id);
        if (documentRow === undefined) this.groups.titles.push([title]);
        else {
          const text = documentText(paper);
          const document = this.#text("long", text, vectors.documentM, vectors.documentE, documentRow);
          this.groups.papers.push([title, document]);
        }
      }
    }
  }

  async addParallel(): Promise<void> {
    const { dataDir } = this.#options;
    const rows = await readParallel(dataDir);
    const vectors = (name: string, teacher: "m" | "e") =>
      readTeacherVectors(dataDir, `parallel.${name}`, teacher, rows.length);
    const titleEn = { m: await vectors("title_en", "m"), e: await vectors("title_en", "e") };
    const documentEn = { m: await vectors("doc_en", "m"), e: await vectors("doc_en", "e") };
    const titleZh = await vectors("title_zh", "e");
    const documentZh = await vectors("doc_zh", "e");
    for (let row = 0; row < rows.length - HELD_OUT_PARALLEL_ROWS; row++) {
      const paper = rows[row]!;
      const english = { id: `arxiv:${paper.id}`, title: paper.titleEn, abstract: paper.abstractEn };
      const chinese = { title: paper.titleZh, abstract: paper.abstractZh };
      if (!this.#mayEnter(english) || !this.#mayEnter(chinese)) continue;
      const documentZhText = firstCodePoints(`${paper.titleZh}。${paper.abstractZh}`, 200);
      this.groups.parallel.push([
        this.#text("short", paper.titleEn, titleEn.m, titleEn.e, row),
        this.#text("long", documentText(english), documentEn.m, documentEn.e, row),
        this.#text("short", paper.titleZh, null, titleZh, row),
        this.#text("long", documentZhText, null, documentZh, row),
      ]);
    }
  }

  async addChinese(): Promise<void> {
    const { dataDir } = this.#options;
    const sentences = await readTeacherKeys(dataDir, "zh.txt");
    const vectors = await readTeacherVectors(dataDir, "zh", "e", sentences.length);
    this.#addLines("chinese", sentences, vectors);
  }

  async addSentences(path: string): Promise<void> {
    const sentences: string[] = [];
    for await (const line of readLines(path)) sentences.push(line);
    this.#addLines("sentences", sentences, await readVectorsBeside(path, "e", sentences.length));
  }

  #addLines(stream: "chinese" | "sentences", lines: readonly string[], vectors: TeacherVectors): void {
    this.#sentences.add(vectors);
    lines.forEach((text, row) => {
      if (this.#mayEnter({ text })) this.groups[stream].push([this.#text("short", text, null, vectors, row)]);
    });
  }

  /** Each teacher file is centred on the rows that take part in training, none of them held out. */
  centerTeachers(): void {
    for (const [vectors, rows] of this.#rowsOf) vectors.centerOn(rows);
  }

  #mayEnter(row: TrainingRow): boolean {
    const allowed = this.#options.guard.allows(row);
    if (!allowed) this.heldOutGroups++;
    return allowed;
  }

  #text(
    size: "short" | "long",
    text: string,
    m: TeacherVectors | null,
    e: TeacherVectors,
    row: number,
  ): DistillationText {
    const { tokenizer, guard, maxShortLength, maxLongLength } = this.#options;
    guard.assertAllowed({ text });
    for (const vectors of m === null ? [e] : [m, e]) {
      const rows = this.#rowsOf.get(vectors);
      if (rows === undefined) this.#rowsOf.set(vectors, [row]);
      else rows.push(row);
    }
    const maxLength = size === "short" ? maxShortLength : maxLongLength;
    return {
      tokens: this.store.add(tokensOf(tokenizer, text, maxLength)),
      size,
      isTitle: size === "short" && !this.#sentences.has(e),
      m,
      e,
      row,
    };
  }
}
