/** Batches of query → document pairs for contrastive training, cut anew from the papers in every pass. */
import type { WordPieceTokenizer } from "@cool-papers/text";
import { dropTokens, NO_DROPOUT, type TokenDropout } from "./drop-tokens.ts";
import { joinTokens } from "./join-tokens.ts";
import { nearChunks, type PaperVectors } from "./near-chunks.ts";
import type { PairCorpus, PairedPaper } from "./pair-corpus.ts";
import {
  CHINESE_QUESTION_TEMPLATES,
  fillTemplate,
  QUESTION_TEMPLATES,
  type TokenTemplate,
  tokenTemplates,
} from "./question-templates.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SentenceQuestions } from "./sentence-questions.ts";
import { sentenceSpans } from "./sentence-spans.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";
import type { TermDictionary } from "./term-dictionary.ts";
import { packBlock, type TokenBlock } from "./token-store.ts";

/** Shares of the kinds of queries; they need not sum to 1. */
export interface QueryMixture {
  /** The title as it is. */
  readonly title: number;
  /** The title within a question. */
  readonly question: number;
  /** A sentence of the abstract; the document is the title and the other sentences. */
  readonly sentence: number;
  /** A sentence of the abstract as a question (sentence-questions.ts); the document as for a sentence. None when left out. */
  readonly sentenceQuestion?: number;
  /** The title with some English terms in Chinese, or the other way round. */
  readonly codeSwitched: number;
  /** A few words of the title in a row, often the first ones: what is typed into a search box. None when left out. */
  readonly words?: number;
}

export interface PairBatchOptions {
  /** Pairs of a batch; a multiple of chunk. */
  readonly pairs: number;
  /** Of these, pairs of one paper in two languages. */
  readonly parallelPairs: number;
  /** So many papers of one field stand together: negatives that are hard because they are near. */
  readonly chunk: number;
  /** Share of the chunks whose papers a model finds near each other (near-chunks.ts), 0 when left out: harder still. */
  readonly nearShare?: number;
  /**
   * Papers of each chunk that have a query; the documents of the others are negatives of the batch, which cost little
   * where documents are a bag (`hasBagDocuments`). All when left out.
   */
  readonly askedPerChunk?: number;
  readonly queryLength: number;
  readonly documentLength: number;
  readonly mixture: QueryMixture;
  /** None when left out. */
  readonly tokenDropout?: TokenDropout;
  readonly seed: number;
}

export interface PairBatch {
  readonly queries: TokenBlock;
  /** Row i belongs to row i of queries. */
  readonly documents: TokenBlock;
  /** Documents of the papers that have no query. */
  readonly negatives: TokenBlock;
}

export interface PairPosition {
  readonly chunks: CyclePosition;
  readonly parallel: CyclePosition;
  /** Batches made so far; seeds the choices within a batch. */
  readonly batches: number;
}

const EMPTY: TokenBlock = { ids: new Int32Array(0), lengths: new Int32Array(0), rows: 0, length: 0 };

/** Endless batches of one shape; the same seed and position give the same batches. */
export class PairBatches {
  readonly #corpus: PairCorpus;
  readonly #options: PairBatchOptions;
  readonly #tokenizer: WordPieceTokenizer;
  readonly #dictionary: TermDictionary;
  readonly #templates: { english: TokenTemplate[]; chinese: TokenTemplate[] };
  readonly #sentenceQuestions: SentenceQuestions;
  readonly #stops: ReadonlySet<number>;
  readonly #chunks: readonly Int32Array[];
  readonly #chunkCycle: ShuffledCycle;
  readonly #parallelCycle: ShuffledCycle;
  #batches: number;

  constructor(
    corpus: PairCorpus,
    tokenizer: WordPieceTokenizer,
    dictionary: TermDictionary,
    options: PairBatchOptions,
    position?: PairPosition,
    vectors?: PaperVectors,
  ) {
    this.#corpus = corpus;
    this.#options = options;
    this.#tokenizer = tokenizer;
    this.#dictionary = dictionary;
    const tokens = (text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;
    this.#templates = {
      english: tokenTemplates(QUESTION_TEMPLATES, tokens),
      chinese: tokenTemplates(CHINESE_QUESTION_TEMPLATES, tokens),
    };
    this.#sentenceQuestions = new SentenceQuestions(tokens, (piece) => tokenizer.idOf(piece));
    this.#stops = new Set([".", "。", "?", "!", "？", "！"].flatMap((stop) => tokenizer.idOf(stop) ?? []));
    this.#chunks = chunksOf(corpus, options, vectors);
    this.#chunkCycle = new ShuffledCycle(this.#chunks.length, options.seed * 31 + 7, position?.chunks);
    this.#parallelCycle = new ShuffledCycle(
      corpus.parallel.length,
      options.seed * 31 + 8,
      position?.parallel,
    );
    this.#batches = position?.batches ?? 0;
  }

  next(): PairBatch {
    const { pairs, parallelPairs, chunk, seed, queryLength, documentLength } = this.#options;
    const { askedPerChunk = chunk, tokenDropout = NO_DROPOUT } = this.#options;
    const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ this.#batches++);
    const queries: Int32Array[] = [];
    const documents: Int32Array[] = [];
    const thin = (tokens: Int32Array, share: number) =>
      dropTokens(tokens, share, this.#tokenizer.special, random);
    const add = ([query, document]: readonly [Int32Array, Int32Array]) => {
      queries.push(thin(query, tokenDropout.query));
      documents.push(thin(document, tokenDropout.document));
    };
    for (let i = 0; i < parallelPairs; i++) add(this.#crossLingualPair(this.#parallelCycle.next(), random));
    const negatives: Int32Array[] = [];
    for (let chunks = Math.floor((pairs - parallelPairs) / chunk); chunks > 0; chunks--) {
      const papers = this.#chunks[this.#chunkCycle.next()]!;
      const first = askedPerChunk < chunk ? random.nextBelow(chunk) : 0;
      papers.forEach((index, k) => {
        const paper = this.#corpus.papers[index]!;
        if ((k - first + chunk) % chunk < askedPerChunk) add(this.#pairOf(paper, random));
        else negatives.push(thin(this.#document(paper, random, null), tokenDropout.document));
      });
    }
    const { pad } = this.#tokenizer.special;
    return {
      queries: packBlock(queries, queryLength, pad),
      documents: packBlock(documents, documentLength, pad),
      negatives: negatives.length > 0 ? packBlock(negatives, documentLength, pad) : EMPTY,
    };
  }

  position(): PairPosition {
    return {
      chunks: this.#chunkCycle.position(),
      parallel: this.#parallelCycle.position(),
      batches: this.#batches,
    };
  }

  #crossLingualPair(index: number, random: SeededRandom): readonly [Int32Array, Int32Array] {
    const [english, chinese] = this.#corpus.parallel[index]!;
    const [from, to] = random.next() < 0.7 ? [chinese, english] : [english, chinese];
    const query = this.#title(this.#corpus.papers[from]!);
    const target = this.#corpus.papers[to]!;
    const wrapped =
      random.next() < 0.25 ? this.#question(this.#corpus.papers[from]!, query, random) : this.#wrap(query);
    return [wrapped, this.#document(target, random, null)];
  }

  #pairOf(paper: PairedPaper, random: SeededRandom): readonly [Int32Array, Int32Array] {
    const title = this.#title(paper);
    switch (choose(this.#options.mixture, random)) {
      case "title":
        return [this.#wrap(title), this.#document(paper, random, null)];
      case "question":
        return [this.#question(paper, title, random), this.#document(paper, random, null)];
      case "words":
        return [this.#wrap(this.#fewWords(title, random)), this.#document(paper, random, null)];
      case "codeSwitched":
        return [this.#wrap(this.#dictionary.switchTerms(title, random)), this.#document(paper, random, null)];
      case "sentence": {
        const [sentence, span] = this.#sentence(paper, random);
        return [this.#wrap(sentence), this.#document(paper, random, span)];
      }
      case "sentenceQuestion": {
        const [sentence, span] = this.#sentence(paper, random);
        const { template, subject } = this.#sentenceQuestions.make(sentence, paper.isChinese, random);
        const { queryLength } = this.#options;
        const question = fillTemplate(template, subject, this.#tokenizer.special, queryLength);
        return [question, this.#document(paper, random, span)];
      }
    }
  }

  /** One sentence of the abstract and its place. */
  #sentence(
    paper: PairedPaper,
    random: SeededRandom,
  ): readonly [sentence: Int32Array, span: readonly [start: number, end: number]] {
    const abstract = this.#corpus.store.get(paper.abstract);
    const spans = sentenceSpans(abstract, this.#stops);
    const span = spans[random.nextBelow(spans.length)] ?? [0, 0];
    return [abstract.subarray(...span), span];
  }

  /** Two to four words, or ideographs, of a text; half of the time the first ones. */
  #fewWords(text: Int32Array, random: SeededRandom): Int32Array {
    const starts = [...text.keys()].filter((at) => !this.#isContinuation(text[at]!));
    const count = Math.min(2 + random.nextBelow(3), starts.length);
    const first = random.next() < 0.5 ? 0 : random.nextBelow(starts.length - count + 1);
    return text.subarray(starts[first], starts[first + count]);
  }

  #isContinuation(token: number): boolean {
    return this.#tokenizer.vocabulary[token]!.startsWith("##");
  }

  #title(paper: PairedPaper): Int32Array {
    return this.#corpus.store.get(paper.title);
  }

  /** Mostly the abstract, sometimes with the title before it; without the sentence that is the query. */
  #document(
    paper: PairedPaper,
    random: SeededRandom,
    without: readonly [start: number, end: number] | null,
  ): Int32Array {
    const abstract = this.#corpus.store.get(paper.abstract);
    const rest =
      without === null
        ? abstract
        : joinTokens(abstract.subarray(0, without[0]), abstract.subarray(without[1]));
    const withTitle = without !== null || random.next() < 0.3;
    return this.#wrap(withTitle ? joinTokens(this.#title(paper), rest) : rest);
  }

  #question(paper: PairedPaper, title: Int32Array, random: SeededRandom): Int32Array {
    const templates = paper.isChinese ? this.#templates.chinese : this.#templates.english;
    const template = templates[random.nextBelow(templates.length)]!;
    return fillTemplate(template, title, this.#tokenizer.special, this.#options.queryLength);
  }

  #wrap(tokens: Int32Array): Int32Array {
    const { cls, sep } = this.#tokenizer.special;
    return joinTokens(cls, tokens, sep);
  }
}

function choose(mixture: QueryMixture, random: SeededRandom): keyof QueryMixture {
  const entries = Object.entries(mixture) as [keyof QueryMixture, number][];
  let left = random.next() * entries.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of entries) {
    left -= share;
    if (left < 0) return kind;
  }
  return "title";
}

/** Every paper in a chunk of its field, in a chunk of near papers, or in both in the proportion asked for. */
function chunksOf(
  corpus: PairCorpus,
  { chunk, nearShare = 0, seed }: PairBatchOptions,
  vectors: PaperVectors | undefined,
): Int32Array[] {
  const ofField = nearShare < 1 ? fieldChunks(corpus.papers, chunk, seed) : [];
  if (nearShare === 0) return ofField;
  if (vectors === undefined) throw new RangeError("Near chunks need vectors of the papers.");
  const near = nearChunks(vectors, distinctPapers(corpus), chunk, seed);
  if (nearShare === 1) return near;
  // The rarer kind is given out once in a pass, and of the other as many as the share leaves.
  const most = Math.min(near.length / nearShare, ofField.length / (1 - nearShare));
  const random = new SeededRandom(seed);
  const some = (chunks: readonly Int32Array[], share: number): Int32Array[] => {
    const order = random.shuffle(Int32Array.from(chunks, (_, k) => k));
    return Array.from(order.subarray(0, Math.floor(most * share)), (k) => chunks[k]!);
  };
  return [...some(near, nearShare), ...some(ofField, 1 - nearShare)];
}

/**
 * One paper of each title, without those that stand in two languages: side by side, preprint and venue paper, or a paper
 * and its translation, would be each other's negatives although they are one.
 */
function distinctPapers({ papers, parallel, store }: PairCorpus): Int32Array {
  const seen = new Set<string>();
  const translated = new Set(parallel.flat());
  const kept: number[] = [];
  papers.forEach(({ title }, index) => {
    const key = store.get(title).join();
    if (translated.has(index) || seen.has(key)) return;
    seen.add(key);
    kept.push(index);
  });
  return Int32Array.from(kept);
}

/** Papers of one field in groups of `size`; a field's last, incomplete group is left out. */
function fieldChunks(papers: readonly PairedPaper[], size: number, seed: number): Int32Array[] {
  const byField = new Map<string, number[]>();
  papers.forEach(({ field }, index) => {
    const members = byField.get(field);
    if (members === undefined) byField.set(field, [index]);
    else members.push(index);
  });
  const random = new SeededRandom(seed);
  return [...byField.values()].flatMap((members) => {
    const order = random.shuffle(Int32Array.from(members));
    return Array.from({ length: Math.floor(order.length / size) }, (_, k) =>
      order.slice(k * size, (k + 1) * size),
    );
  });
}
