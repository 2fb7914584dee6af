import { type FilterField, findFilterMatches, type ListFilter } from "@cool-papers/core/list-filter";

const FIELD_SELECTORS: Readonly<Record<FilterField, string>> = {
  title: ".paper-title",
  author: ".paper-authors",
  abstract: ".paper-abstract",
};

/**
 * Marks the matches of a filter in the papers near the window, with the highlights of CSS: no element is made, so that
 * marking costs the same on a list of 50 and of 2,000 papers. Browsers without them show no marks while typing.
 */
export class MatchMarks {
  readonly #highlight = "highlights" in CSS ? new Highlight() : null;
  readonly #near = new Set<Element>();
  readonly #observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) this.#near.delete(target);
        else if (!this.#near.has(target)) {
          this.#near.add(target);
          this.#mark(target);
        }
      }
    },
    { rootMargin: "600px 0px" },
  );
  #filter: ListFilter = [];

  constructor() {
    if (this.#highlight !== null) CSS.highlights.set("filter-match", this.#highlight);
  }

  /** Watches papers from now on. Marks that the server made in them are taken out: they are of another filter soon. */
  watch(cards: readonly Element[]): void {
    if (this.#highlight === null) return;
    for (const card of cards) {
      for (const mark of card.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
      card.normalize();
      this.#observer.observe(card);
    }
  }

  show(filter: ListFilter): void {
    this.#filter = filter;
    this.#highlight?.clear();
    for (const card of this.#near) {
      if (card.isConnected) this.#mark(card);
      else this.#near.delete(card);
    }
  }

  #mark(card: Element): void {
    if (this.#highlight === null || this.#filter.length === 0) return;
    for (const [field, selector] of Object.entries(FIELD_SELECTORS) as [FilterField, string][]) {
      const element = card.querySelector(selector);
      if (element === null) continue;
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        if (node.parentElement?.closest(".katex") != null) continue;
        for (const { start, end } of findFilterMatches(node.textContent ?? "", field, this.#filter)) {
          const range = new StaticRange({
            startContainer: node,
            startOffset: start,
            endContainer: node,
            endOffset: end,
          });
          this.#highlight.add(range);
        }
      }
    }
  }
}
