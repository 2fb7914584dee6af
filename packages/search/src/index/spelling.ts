import { AUTHOR_MARK } from "./analyze-document.ts";
import type { Group } from "./plan.ts";
import { letterBit, type Segment } from "./segment.ts";
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
  const masks = segment.letterMasksOfForms();
  const { formOffsets, formCount } = segment.arrays;
  let wordMask = 0;
  for (let at = 0; at < word.length; at++) wordMask |= letterBit(word.charCodeAt(at));
  const authorEnd = segment.forms.lowerBound(String.fromCharCode(AUTHOR_MARK.charCodeAt(0) + 1));
  const authorStart = segment.forms.lowerBound(AUTHOR_MARK);
  for (let form = 0; form < masks.length; form++) {
    const isAuthor = form >= authorStart && form < authorEnd;
    if (isAuthor ? field === "title" || field === "abstract" : field === "author") continue;
    const length = formOffsets[form + 1]! - formOffsets[form]! - (isAuthor ? 1 : 0);
    if (Math.abs(length - word.length) > limit) continue;
    const mask = isAuthor ? masks[form]! & ~(1 << 26) : masks[form]!;
    if (bitCount(mask ^ wordMask) > 2 * limit) continue;
    const text = segment.forms.get(form).slice(isAuthor ? 1 : 0);
    if (editDistance(word, text, limit) > limit) continue;
    counts.set(text, (counts.get(text) ?? 0) + formCount[form]!);
  }
}

function bitCount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Optimal string alignment distance, or limit + 1 as soon as it is certain to exceed the limit. */
export function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let l = 1; l <= left.length; l++) {
    const row = [l];
    let least = l;
    for (let r = 1; r <= right.length; r++) {
      const same = left[l - 1] === right[r - 1];
      let cost = Math.min(last[r]! + 1, row[r - 1]! + 1, last[r - 1]! + (same ? 0 : 1));
      if (l > 1 && r > 1 && left[l - 1] === right[r - 2] && left[l - 2] === right[r - 1]) {
        cost = Math.min(cost, beforeLast[r - 2]! + 1);
      }
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[right.length]!;
}
