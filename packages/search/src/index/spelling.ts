import type { Group } from "./plan.ts";
import { AUTHOR_BIT, LONGEST_SPELLABLE, letterBit, type Segment } from "./segment.ts";
import type { Snapshot } from "./snapshot.ts";

/** A word of the index close to a misspelt one. */
export interface Correction {
  readonly form: string;
  readonly distance: number;
  readonly count: number;
}

/** Two edits are allowed from this length on, one below. */
const TWO_EDITS_FROM = 8;

/**
 * The most likely word of the index for one that is absent from it: fewest edits (Damerau–Levenshtein, adjacent
 * transposition counts one), then the same first letter, then the most frequent, then the alphabet.
 * All word forms are looked at; a letter mask rules out nearly all of them before any distance is computed.
 */
export function correctWord(snapshot: Snapshot, word: string, field: Group["field"]): Correction | null {
  const limit = word.length >= TWO_EDITS_FROM ? 2 : 1;
  const counts = new Map<string, number>();
  for (const { segment } of snapshot.segments) collectClose(segment, word, field, limit, counts);
  let best: Correction | null = null;
  for (const [form, count] of counts) {
    const candidate = { form, count, distance: editDistance(word, form, limit) };
    if (best === null || compareCorrections(word, candidate, best) < 0) best = candidate;
  }
  return best;
}

function compareCorrections(word: string, left: Correction, right: Correction): number {
  const score = (correction: Correction): number =>
    Math.log(correction.count + 1) - 6 * correction.distance + (correction.form[0] === word[0] ? 2 : 0);
  return score(right) - score(left) || (left.form < right.form ? -1 : 1);
}

function collectClose(
  segment: Segment,
  word: string,
  field: Group["field"],
  limit: number,
  counts: Map<string, number>,
): void {
  const { start, forms, masks } = segment.formsForSpelling();
  let wordMask = 0;
  for (let at = 0; at < word.length; at++) wordMask |= letterBit(word.charCodeAt(at));
  const from = start[Math.max(1, word.length - limit)]!;
  const end = start[Math.min(LONGEST_SPELLABLE, word.length + limit) + 1]!;
  for (let at = from; at < end; at++) {
    const mask = masks[at]!;
    if (bitCount((mask & ~AUTHOR_BIT) ^ wordMask) > 2 * limit) continue;
    const isAuthor = (mask & AUTHOR_BIT) !== 0;
    if (isAuthor ? field === "title" || field === "abstract" : field === "author") continue;
    const text = segment.forms.get(forms[at]!).slice(isAuthor ? 1 : 0);
    if (editDistance(word, text, limit) > limit) continue;
    counts.set(text, (counts.get(text) ?? 0) + segment.arrays.formCount[forms[at]!]!);
  }
}

function bitCount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

const rows = [new Uint8Array(64), new Uint8Array(64), new Uint8Array(64)] as const;

/**
 * Optimal string alignment distance of words of at most 63 letters, or limit + 1 as soon as it is certain to exceed
 * the limit.
 */
export function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let [beforeLast, last, row] = rows;
  for (let at = 0; at <= right.length; at++) last[at] = at;
  for (let l = 1; l <= left.length; l++) {
    row[0] = l;
    let least = l;
    const letter = left.charCodeAt(l - 1);
    for (let r = 1; r <= right.length; r++) {
      const substituted = last[r - 1]! + (letter === right.charCodeAt(r - 1) ? 0 : 1);
      let cost = Math.min(last[r]! + 1, row[r - 1]! + 1, substituted);
      const isSwap =
        l > 1 &&
        r > 1 &&
        letter === right.charCodeAt(r - 2) &&
        left.charCodeAt(l - 2) === right.charCodeAt(r - 1);
      if (isSwap) cost = Math.min(cost, beforeLast[r - 2]! + 1);
      row[r] = cost;
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return Math.min(limit + 1, last[right.length]!);
}
