/**
 * Groups of papers that share their rarer words: negatives that are hard for a bag of words as well, without a model to mine them.
 * Every paper becomes a random projection of its tf-idf vector (Achlioptas 2003), and the papers are halved again and again by a
 * direction between two of them, as a tree of random projections is built (Annoy), until a group is left.
 */
import type { PairedPaper } from "./pair-corpus.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { TokenStore } from "./token-store.ts";

/** Components of a projection: the cosine of two papers is off by about 1/√128. */
const WIDTH = 128;
/** Papers compared to find two that lie far apart. */
const CANDIDATES = 8;

/**
 * Papers in groups of `size`, each near to the others; up to size − 1 papers are left out. Texts of different languages share few
 * words, so groups are mostly of one. Takes about 20 s for 260,000 papers.
 */
export function nearChunks(
  papers: readonly Pick<PairedPaper, "title" | "abstract">[],
  store: Pick<TokenStore, "get">,
  size: number,
  seed: number,
): Int32Array[] {
  const random = new SeededRandom(seed);
  const vectors = projections(papers, store, random);
  const order = random.shuffle(Int32Array.from(papers, (_, index) => index));
  const chunks: Int32Array[] = [];
  const open = [order.subarray(0, papers.length - (papers.length % size))];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.length <= size) {
      if (part.length > 0) chunks.push(part.slice());
      continue;
    }
    sortAlongSplit(part, vectors, random);
    const middle = Math.ceil(part.length / size / 2) * size;
    open.push(part.subarray(0, middle), part.subarray(middle));
  }
  return chunks;
}

/** Unit vectors [papers, WIDTH] of the distinct tokens of title and abstract, each weighing its idf. */
function projections(
  papers: readonly Pick<PairedPaper, "title" | "abstract">[],
  store: Pick<TokenStore, "get">,
  random: SeededRandom,
): Float32Array {
  const tokensOf = ({ title, abstract }: Pick<PairedPaper, "title" | "abstract">): Set<number> =>
    new Set([...store.get(title), ...store.get(abstract)]);
  const docFreqs = new Map<number, number>();
  for (const paper of papers)
    for (const token of tokensOf(paper)) docFreqs.set(token, (docFreqs.get(token) ?? 0) + 1);
  const directions = new Map<number, Float32Array>();
  for (const [token, docFreq] of docFreqs) {
    const idf = Math.log((1 + papers.length) / docFreq);
    directions.set(
      token,
      Float32Array.from({ length: WIDTH }, () => (random.next() < 0.5 ? idf : -idf)),
    );
  }
  const vectors = new Float32Array(papers.length * WIDTH);
  papers.forEach((paper, index) => {
    const vector = vectors.subarray(index * WIDTH, (index + 1) * WIDTH);
    for (const token of tokensOf(paper)) {
      const direction = directions.get(token)!;
      for (let k = 0; k < WIDTH; k++) vector[k] = vector[k]! + direction[k]!;
    }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) for (let k = 0; k < WIDTH; k++) vector[k] = vector[k]! / norm;
  });
  return vectors;
}

/** Orders a part in place by how much nearer each paper is to one of two distant papers than to the other. */
function sortAlongSplit(part: Int32Array, vectors: Float32Array, random: SeededRandom): void {
  const vectorOf = (paper: number): Float32Array => vectors.subarray(paper * WIDTH, (paper + 1) * WIDTH);
  const picked = Array.from({ length: CANDIDATES }, () => vectorOf(part[random.nextBelow(part.length)]!));
  const [first, ...others] = picked as [Float32Array, ...Float32Array[]];
  const other = others.reduce((far, vector) => (dot(first, vector) < dot(first, far) ? vector : far));
  const direction = first.map((value, k) => value - other[k]!);
  const positions = Float32Array.from(part, (paper) => dot(vectorOf(paper), direction));
  const order = Int32Array.from(part, (_, k) => k).sort((a, b) => positions[a]! - positions[b]! || a - b);
  part.set(order.map((k) => part[k]!));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < WIDTH; k++) sum += a[k]! * b[k]!;
  return sum;
}
