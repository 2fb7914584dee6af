import { STOP_WORDS } from "../analysis/stop-words.ts";
import { AUTHOR_MARK } from "./analyze-document.ts";
import type { Alternative, Group, TextPlan } from "./plan.ts";
import type { Segment } from "./segment.ts";

/** A word has rarely more forms than this; the rarest are misprints. */
const MAX_FORMS = 12;

interface TermForms {
  /** Index of the term in the segment. */
  readonly id: number;
  readonly forms: readonly string[];
}

/** Alternatives in one segment: those with a term that the segment lacks are left out. */
type AlternativeForms = readonly (readonly TermForms[])[];

/** A group's alternatives, then those of each of its parts: what a document has of the first that it has counts. */
type GroupForms = readonly AlternativeForms[];

/** Tells which words of a plan documents have. Keeps what it looked up, for one page of hits. */
export class FormFinder {
  private readonly groups: readonly Group[];
  private readonly known = new Map<Segment, readonly GroupForms[]>();

  constructor(plan: TextPlan) {
    this.groups = [...plan.required, ...plan.words];
  }

  /**
   * Forms, as the index knows them, of the plan's words that the document has; in the order of the query. Stop words
   * are not among them unless there is nothing else.
   */
  matchedForms(segment: Segment, doc: number): string[] {
    const found = new Set<string>();
    for (const group of this.groupsIn(segment)) {
      const matched = group
        .map((set) => set.filter((terms) => terms.every((term) => hasTerm(segment, doc, term.id))))
        .find((set) => set.length > 0);
      if (!matched) continue;
      const single = matched.filter((terms) => terms.length === 1);
      // `k-means` is marked as one word where it is one; its parts alone would mark every "mean".
      for (const terms of single.length > 0 ? single : matched) {
        for (const { forms } of terms) for (const form of forms) found.add(form);
      }
    }
    const telling = [...found].filter((form) => !STOP_WORDS.has(form));
    return telling.length > 0 ? telling : [...found];
  }

  private groupsIn(segment: Segment): readonly GroupForms[] {
    const known = this.known.get(segment);
    if (known) return known;
    const groups = this.groups.map((group) =>
      [group.alternatives, group.parts.flatMap((part) => part.alternatives)].map((alternatives) =>
        alternatives.flatMap((alternative) => alternativeForms(segment, alternative)),
      ),
    );
    this.known.set(segment, groups);
    return groups;
  }
}

function alternativeForms(segment: Segment, { terms, how }: Alternative): TermForms[][] {
  if (how === "family") {
    const { start, end } = segment.familyOf(terms[0]!);
    return Array.from({ length: end - start }, (_, at) => [formsOf(segment, start + at)]);
  }
  const ids = terms.map((term) => segment.terms.find(term));
  return ids.some((id) => id < 0) ? [] : [ids.map((id) => formsOf(segment, id))];
}

const formsOf = (segment: Segment, id: number): TermForms => ({
  id,
  forms: segment
    .formsOf(id)
    .slice(0, MAX_FORMS)
    .map((form) => form.replace(AUTHOR_MARK, "")),
});

function hasTerm(segment: Segment, doc: number, id: number): boolean {
  const { docs, postingStart } = segment.arrays;
  let low = postingStart[id]!;
  let high = postingStart[id + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (docs[middle]! < doc) low = middle + 1;
    else high = middle;
  }
  return low < postingStart[id + 1]! && docs[low] === doc;
}
