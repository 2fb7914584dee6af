/** Browser-safe: marks the words of a search result in its title, authors or abstract. */
import { stem } from "./analysis/stem.ts";
import { tokenize } from "./analysis/tokenize.ts";

export interface MarkedSegment {
  readonly text: string;
  readonly marked: boolean;
}

/**
 * Cuts `text` into stretches, marked where one of `terms` (the `reason.terms` of a hit, or query words) stands, in any
 * of its English forms, whatever the case and accents. The stretches joined give the text again. A formula between
 * dollars is never cut: it is marked as a whole when a marked word reaches into it.
 */
export function markTerms(text: string, terms: readonly string[]): readonly MarkedSegment[] {
  const wanted = new Set<string>();
  for (const term of terms) tokenize(term, (word) => wanted.add(stem(word)));
  const ranges: [number, number][] = [];
  if (wanted.size > 0) {
    tokenize(text, (word, start, end) => {
      if (wanted.has(stem(word))) ranges.push([start, end]);
    });
  }
  return cut(text, mergeRanges(ranges, formulas(text)));
}

/** `[start, end)` of each `$…$` and `$$…$$`; an unclosed dollar opens nothing. */
function formulas(text: string): [number, number][] {
  const found: [number, number][] = [];
  let open = -1;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") {
      at++;
      continue;
    }
    if (char !== "$") continue;
    const width = text[at + 1] === "$" ? 2 : 1;
    if (open < 0) open = at;
    else {
      found.push([open, at + width]);
      open = -1;
    }
    at += width - 1;
  }
  return found;
}

/** The ranges in order, those that overlap a formula widened to all of it, overlapping ones joined. */
function mergeRanges(
  ranges: readonly (readonly [number, number])[],
  whole: readonly (readonly [number, number])[],
): [number, number][] {
  const widened = ranges.map(([start, end]): [number, number] => {
    const touched = whole.filter((span) => span[0] < end && start < span[1]);
    return [
      touched.reduce((least, span) => Math.min(least, span[0]), start),
      touched.reduce((most, span) => Math.max(most, span[1]), end),
    ];
  });
  widened.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
  const merged: [number, number][] = [];
  for (const range of widened) {
    const last = merged.at(-1);
    if (last && range[0] <= last[1]) last[1] = Math.max(last[1], range[1]);
    else merged.push([...range]);
  }
  return merged;
}

function cut(text: string, ranges: readonly (readonly [number, number])[]): MarkedSegment[] {
  const segments: MarkedSegment[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (start > at) segments.push({ text: text.slice(at, start), marked: false });
    segments.push({ text: text.slice(start, end), marked: true });
    at = end;
  }
  if (at < text.length) segments.push({ text: text.slice(at), marked: false });
  return segments;
}
