import { AUTHOR_MARK } from "./analyze-document.ts";
import type { TextPlan } from "./plan.ts";
import type { Segment } from "./segment.ts";

/** A word has rarely more forms than this; the rarest are misprints. */
const MAX_FORMS = 12;

interface TermForms {
  /** Index of the term in the segment, -1 when it has none. */
  readonly id: number;
  readonly forms: readonly string[];
}

/** Tells which words of a plan documents have. Keeps what it looked up, for one page of hits. */
export class FormFinder {
  private readonly alternatives: readonly (readonly string[])[];
  private readonly known = new Map<Segment, (readonly TermForms[])[]>();

  constructor(plan: TextPlan) {
    this.alternatives = [...plan.required, ...plan.words].flatMap((group) => group.alternatives);
  }

  /** Forms, as the index knows them, of the plan's words that the document has; in the order of the query. */
  matchedForms(segment: Segment, doc: number): string[] {
    const found = new Set<string>();
    for (const terms of this.termsIn(segment)) {
      if (!terms.every((term) => hasTerm(segment, doc, term.id))) continue;
      for (const { forms } of terms) for (const form of forms) found.add(form);
    }
    return [...found];
  }

  private termsIn(segment: Segment): (readonly TermForms[])[] {
    const known = this.known.get(segment);
    if (known) return known;
    const terms = this.alternatives.map((alternative) =>
      alternative.map((term) => ({
        id: segment.terms.find(term),
        forms: segment
          .formsOf(term)
          .slice(0, MAX_FORMS)
          .map((form) => form.replace(AUTHOR_MARK, "")),
      })),
    );
    this.known.set(segment, terms);
    return terms;
  }
}

function hasTerm(segment: Segment, doc: number, id: number): boolean {
  if (id < 0) return false;
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
