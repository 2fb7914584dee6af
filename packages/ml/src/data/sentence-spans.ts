/** Shortest sentence that can stand alone as a query, in tokens. */
const MIN_SENTENCE_TOKENS = 8;

/**
 * Sentences of a token sequence as [start, end) spans: cut after full stops; parts shorter than 8 tokens, such as those
 * made by "e.g.", join the sentence before.
 *
 * @param stops ids of the tokens that end a sentence
 */
export function sentenceSpans(
  tokens: Int32Array,
  stops: ReadonlySet<number>,
): [start: number, end: number][] {
  const spans: [number, number][] = [];
  let start = 0;
  for (let i = 0; i < tokens.length; i++) {
    const isLast = i === tokens.length - 1;
    if (!isLast && !stops.has(tokens[i]!)) continue;
    const previous = spans.at(-1);
    if (i + 1 - start < MIN_SENTENCE_TOKENS && previous !== undefined) previous[1] = i + 1;
    else if (isLast || i + 1 - start >= MIN_SENTENCE_TOKENS) spans.push([start, i + 1]);
    else continue;
    start = i + 1;
  }
  return spans;
}
