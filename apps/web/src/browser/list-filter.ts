import {
  type FilterText,
  type ListFilter,
  matchesFilter,
  parseListFilter,
} from "@cool-papers/core/list-filter";
import { onCards } from "./added-cards.ts";
import { MatchMarks } from "./match-marks.ts";
import { currentList, fetchList, type ProgressiveList, showList } from "./progressive-list.ts";

/** How long the reader rests before papers that are not on the page are fetched. */
const REST_MS = 250;

/** The body of /api/list-text: columns of a whole day, folded. */
interface DayText {
  readonly keys: readonly string[];
  readonly title: readonly string[];
  readonly author: readonly string[];
  readonly abstract: readonly string[];
}

/**
 * The filter of a list while the reader types (L7). The texts of the whole day are fetched once, when the filter opens;
 * each key then counts the matches of the day and hides what does not match, and papers that match but are not on the
 * page come from the server, which filters by the same rules.
 */
export function enableListFilter(): void {
  const box = document.querySelector<HTMLDetailsElement>(".list-filter");
  const input = box?.querySelector<HTMLInputElement>("#list-filter");
  if (box == null || input == null || currentList() === null) return;
  const filter = new LiveFilter(box, input);
  document.addEventListener("keydown", (event) => filter.onKey(event));
  box.querySelector("summary")?.addEventListener("click", () => {
    // The box opens after this; closing it is the end of the filter.
    if (box.open) filter.clear();
    else requestAnimationFrame(() => input.focus({ preventScroll: true }));
  });
  input.addEventListener("focus", () => void filter.load());
  input.addEventListener("input", () => filter.apply());
  input.form?.addEventListener("submit", (event) => filter.onSubmit(event));
  box.querySelector(".filter-clear")?.addEventListener("click", (event) => {
    event.preventDefault();
    filter.clear();
  });
}

class LiveFilter {
  readonly #box: HTMLDetailsElement;
  readonly #input: HTMLInputElement;
  #texts: Promise<ReadonlyMap<string, FilterText> | null> | null = null;
  #day: ReadonlyMap<string, FilterText> | null = null;
  readonly #marks = new MatchMarks();
  /** The list without a filter, once it was on the page. */
  #whole: ProgressiveList | null = null;
  /** Text that the list on the page was filtered by on the server. */
  #listed: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | undefined;
  #cameFrom: HTMLElement | null = null;
  #isLive = false;
  #isFiltering = false;

  constructor(box: HTMLDetailsElement, input: HTMLInputElement) {
    this.#box = box;
    this.#input = input;
    this.#listed = input.value.trim();
    if (this.#listed === "") this.#whole = currentList();
    onCards((cards) => {
      if (this.#isLive) this.#marks.watch(cards.filter((card) => card.matches("article.paper")));
    });
  }

  onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
    const isFind =
      event.key.toLowerCase() === "f" &&
      !event.altKey &&
      !event.shiftKey &&
      (isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey);
    if (isFind) {
      // The second time the reader wants the browser's own.
      if (document.activeElement === this.#input) return;
      event.preventDefault();
      this.#open();
    } else if (event.key === "Escape" && this.#box.open && !event.isComposing) {
      const isElsewhere =
        document.activeElement instanceof HTMLInputElement && document.activeElement !== this.#input;
      if (isElsewhere) return;
      event.preventDefault();
      this.#close();
    }
  }

  #open(): void {
    if (document.activeElement instanceof HTMLElement) this.#cameFrom = document.activeElement;
    this.#box.open = true;
    this.#input.focus({ preventScroll: true });
    this.#input.select();
  }

  #close(): void {
    this.clear();
    this.#box.open = false;
    const back = this.#cameFrom?.isConnected ? this.#cameFrom : null;
    if (back === null || back === document.body)
      this.#box.querySelector("summary")?.focus({ preventScroll: true });
    else back.focus({ preventScroll: true });
  }

  clear(): void {
    this.#input.value = "";
    this.apply();
  }

  /** Enter goes on to the papers; without the day's texts it asks the server, as without script. */
  onSubmit(event: SubmitEvent): void {
    if (this.#day === null) return;
    event.preventDefault();
    const [first] =
      currentList()
        ?.cards()
        .filter((card) => !card.hidden) ?? [];
    first?.querySelector<HTMLElement>(".paper-title a")?.focus();
  }

  async load(): Promise<void> {
    this.#texts ??= fetchTexts(this.#box.dataset.texts ?? "");
    const day = await this.#texts;
    if (day === null) {
      this.#texts = null;
      this.#say(this.#box.dataset.failed ?? "");
      return;
    }
    const isFirst = this.#day === null;
    this.#day = day;
    if (isFirst && this.#input.value.trim() !== this.#listed) this.apply();
  }

  /** Filters by what stands in the field: at once by hiding, after a rest with the papers that are not on the page. */
  apply(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    const text = this.#input.value.trim();
    const filter = parseListFilter(text);
    const list = currentList();
    if (this.#day === null || list === null) {
      void this.load();
      return;
    }
    if (!this.#isLive) {
      this.#isLive = true;
      document.querySelector(".filter-nothing")?.remove();
      this.#marks.watch(list.cards());
    }
    const matching = matchesOf(this.#day, filter);
    this.#say(filter.length === 0 ? "" : this.#countSentence(matching.size));
    if (this.#whole?.isComplete() || (filter.length === 0 && this.#whole !== null)) {
      showList(this.#whole);
      this.#listed = "";
    }
    if (filter.length > 0 && list === this.#whole && !this.#isFiltering) list.rememberPlace();
    const shown = currentList()!;
    hideOthers(shown, filter.length === 0 ? null : matching);
    if (filter.length > 0) this.#toFirstPaper(shown);
    else if (this.#isFiltering) shown.returnToPlace();
    this.#isFiltering = filter.length > 0;
    this.#marks.show(filter);
    const isWhole = shown === this.#whole && (filter.length === 0 || shown.isComplete());
    if (isWhole || text === this.#listed) {
      shown.resume();
      this.#timer = setTimeout(() => shown.keepPlace(), REST_MS);
    } else {
      // The end of what is left would ask for papers of another filter.
      shown.pause();
      this.#timer = setTimeout(() => void this.#fetch(text, filter), REST_MS);
    }
  }

  async #fetch(text: string, filter: ListFilter): Promise<void> {
    this.#asked = new AbortController();
    const address = new URL(currentList()!.base, location.href);
    if (filter.length === 0) address.searchParams.delete("filter");
    else address.searchParams.set("filter", text);
    try {
      const list = await fetchList(address.href, this.#asked.signal);
      if (this.#input.value.trim() !== text) return;
      this.#listed = text;
      if (filter.length === 0) this.#whole = list;
      showList(list);
      if (filter.length > 0) this.#toFirstPaper(list);
      this.#marks.show(filter);
      list.keepPlace();
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.#say(this.#box.dataset.failed ?? "");
    }
  }

  /** What is left is short: without this the reader would look at the end of it, or below. */
  #toFirstPaper(list: ProgressiveList): void {
    const over = list.element.getBoundingClientRect().top - this.#box.getBoundingClientRect().bottom;
    if (over < 0) scrollBy({ top: over, behavior: "instant" });
  }

  #countSentence(count: number): string {
    const shown = (value: number): string => value.toLocaleString(document.documentElement.lang);
    return (this.#box.dataset.matches ?? "")
      .replace("{count}", shown(count))
      .replace("{total}", shown(this.#day?.size ?? 0));
  }

  #say(sentence: string): void {
    const status = this.#box.querySelector(".filter-count");
    if (status !== null) status.textContent = sentence;
  }
}

/** Folded texts by key, in the order of the list; null when they cannot be had. */
async function fetchTexts(address: string): Promise<ReadonlyMap<string, FilterText> | null> {
  try {
    const response = await fetch(address);
    if (!response.ok) return null;
    const { keys, title, author, abstract } = (await response.json()) as DayText;
    return new Map(
      keys.map((key, index) => [
        key,
        { title: title[index]!, author: author[index]!, abstract: abstract[index]! },
      ]),
    );
  } catch {
    return null;
  }
}

function matchesOf(day: ReadonlyMap<string, FilterText>, filter: ListFilter): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [key, text] of day) if (matchesFilter(text, filter)) keys.add(key);
  return keys;
}

/** Hides the papers of a list that are not among some; null shows all. Only what changes is touched. */
function hideOthers(list: ProgressiveList, wanted: ReadonlySet<string> | null): void {
  for (const card of list.cards()) {
    const isHidden = wanted !== null && !wanted.has(card.dataset.key ?? "");
    if (card.hidden !== isHidden) card.hidden = isHidden;
  }
}
