/**
 * Okapi BM25 (Robertson et al. 1994) with Lucene's idf, ln(1 + (N − n + ½)/(n + ½)): the keyword half of hybrid
 * measures. Words are runs of letters and digits in lower case, ideographs in overlapping pairs; no stemming.
 */
import { isIdeograph, normalizeText } from "@cool-papers/text";

export interface Bm25Options {
  /** Default 1.2 */
  readonly k1?: number;
  /** Default 0.75 */
  readonly b?: number;
}

interface Posting {
  readonly documents: number[];
  readonly termFreqs: number[];
}

export class Bm25 {
  readonly size: number;
  readonly #postings = new Map<string, Posting>();
  readonly #lengths: Int32Array;
  readonly #averageLength: number;
  readonly #k1: number;
  readonly #b: number;

  constructor(documents: readonly string[], options: Bm25Options = {}) {
    this.size = documents.length;
    this.#k1 = options.k1 ?? 1.2;
    this.#b = options.b ?? 0.75;
    this.#lengths = new Int32Array(documents.length);
    let total = 0;
    documents.forEach((text, document) => {
      const terms = searchTerms(text);
      this.#lengths[document] = terms.length;
      total += terms.length;
      for (const term of terms) this.#count(term, document);
    });
    this.#averageLength = total / Math.max(1, documents.length);
  }

  #count(term: string, document: number): void {
    let posting = this.#postings.get(term);
    if (posting === undefined) {
      posting = { documents: [], termFreqs: [] };
      this.#postings.set(term, posting);
    }
    const last = posting.documents.length - 1;
    if (posting.documents[last] === document) posting.termFreqs[last] = posting.termFreqs[last]! + 1;
    else {
      posting.documents.push(document);
      posting.termFreqs.push(1);
    }
  }

  /** Score of every document, [size]; a repeated query word counts again. */
  scores(query: string): Float32Array {
    const scores = new Float32Array(this.size);
    for (const term of searchTerms(query)) {
      const posting = this.#postings.get(term);
      if (posting === undefined) continue;
      const docFreq = posting.documents.length;
      const idf = Math.log(1 + (this.size - docFreq + 0.5) / (docFreq + 0.5));
      for (let i = 0; i < docFreq; i++) {
        const document = posting.documents[i]!;
        const tf = posting.termFreqs[i]!;
        const norm = this.#k1 * (1 - this.#b + (this.#b * this.#lengths[document]!) / this.#averageLength);
        scores[document] = scores[document]! + (idf * tf * (this.#k1 + 1)) / (tf + norm);
      }
    }
    return scores;
  }
}

/** Words of a text for keyword search. */
export function searchTerms(text: string): string[] {
  const terms: string[] = [];
  let before = "";
  for (const word of normalizeText(text).match(/[\p{L}\p{N}]+/gu) ?? []) {
    const ideograph = isIdeograph(word.codePointAt(0)!);
    if (ideograph && before !== "") terms.push(before + word);
    if (!ideograph) terms.push(word);
    before = ideograph ? word : "";
  }
  return terms;
}
