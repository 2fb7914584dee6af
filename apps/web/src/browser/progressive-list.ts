import { announceCards } from "./added-cards.ts";

/** The next block is fetched when the end comes this near. Pixels. */
const AHEAD_PX = 3000;
const SETTLED_MS = 200;
/** A paper of which less is in view is not the one that is read. */
const SLIVER_PX = 40;

/** Where the reader is in a list, kept with the entry of the browser's history. */
interface Place {
  readonly base: string;
  /** Papers of the list that were on the page: from this one (counted from 0) to before that one. */
  readonly from: number;
  readonly to: number;
  /** Element of the topmost paper, and where it stood. Pixels from the top of the window. */
  readonly anchor: string;
  readonly offset: number;
}

/** A place with the number of its paper in the list, counted from 0. */
interface FoundPlace extends Place {
  readonly index: number;
}

/** The list on the page; another one after `showList`. */
let current: ProgressiveList | null = null;

export function currentList(): ProgressiveList | null {
  return current;
}

/** Puts another list where the present one stands. */
export function showList(list: ProgressiveList): void {
  if (list === current) return;
  current?.pause();
  current?.element.replaceWith(list.element);
  current = list;
  list.resume();
  announceCards(list.cards());
}

/** Makes the list of the page, if it has one, load its next blocks, keep its address and find its place again. */
export function enableProgressiveList(): void {
  const element = document.querySelector<HTMLElement>(".list-blocks");
  if (element === null) return;
  current = new ProgressiveList(element);
  const place = (history.state as { list?: Place } | null)?.list;
  // The browser would scroll to a height; the papers above may be missing, or not laid out yet.
  history.scrollRestoration = "manual";
  const started =
    place !== undefined && place.base === current.base && !location.hash.startsWith("#calendar")
      ? current.restore(place)
      : settleOn(location.hash.slice(1));
  void started.finally(() => {
    current?.resume();
    let settled: ReturnType<typeof setTimeout> | undefined;
    addEventListener(
      "scroll",
      () => {
        clearTimeout(settled);
        settled = setTimeout(() => current?.keepPlace(), SETTLED_MS);
      },
      { passive: true },
    );
    addEventListener("popstate", (event) => {
      const back = (event.state as { list?: Place } | null)?.list;
      if (back !== undefined) scrollTo(back);
    });
    addEventListener("pagehide", () => current?.keepPlace());
    document.addEventListener("click", () => current?.keepPlace(), { capture: true });
  });
}

/** Fetches the list at an address; throws when there is none. */
export async function fetchList(address: string, signal?: AbortSignal): Promise<ProgressiveList> {
  const response = await fetch(address, signal === undefined ? {} : { signal });
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const element = page.querySelector<HTMLElement>(".list-blocks");
  if (element === null) throw new Error(`${address} has no list.`);
  return new ProgressiveList(document.adoptNode(element));
}

/** A list of which some blocks are on the page: `.list-blocks` of page/list-blocks.tsx. */
export class ProgressiveList {
  readonly element: HTMLElement;
  /** Address of the whole list, without a place in it. */
  readonly base: string;
  /** Papers of the list. */
  readonly total: number;
  /** Papers in a block. */
  readonly #show: number;
  /** Most papers that one address shows. */
  readonly #most: number;
  /** Papers on the page: from this one (counted from 0). */
  #from: number;
  #isBusy = false;
  #remembered: Place | null = null;
  #observer: IntersectionObserver | null = null;

  constructor(element: HTMLElement) {
    this.element = element;
    this.base = element.dataset.base ?? location.pathname;
    this.total = Number(element.dataset.total);
    this.#show = Number(element.dataset.show);
    this.#most = Number(element.dataset.most);
    this.#from = Number(element.dataset.skip);
    element.addEventListener("click", (event) => {
      const link = (event.target as Element).closest(".earlier-block a");
      if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.#loadEarlier();
    });
  }

  /** All papers on the page, also those that a filter hides. */
  cards(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".paper-list > article")];
  }

  /** True when the whole list is on the page. */
  isComplete(): boolean {
    return this.#from === 0 && this.cards().length >= this.total;
  }

  /** Loads the next block whenever the end comes near. */
  resume(): void {
    this.#observer?.disconnect();
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void this.#loadNext();
      },
      { rootMargin: `0px 0px ${AHEAD_PX}px 0px` },
    );
    const pager = this.#pager();
    if (pager !== null) this.#observer.observe(pager);
  }

  pause(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  #pager(): Element | null {
    return this.element.querySelector(".pager");
  }

  #addressOf(skip: number, show: number): string {
    const address = new URL(this.base, location.href);
    if (skip > 0) address.searchParams.set("skip", String(skip));
    if (show !== this.#show) address.searchParams.set("show", String(show));
    return address.href;
  }

  async #loadNext(): Promise<void> {
    const hasMore = this.element.querySelector(".pager a[rel=next]") !== null;
    if (this.#isBusy || !hasMore) return;
    this.#isBusy = true;
    this.#say(this.element.dataset.loading ?? "");
    try {
      await this.#append(this.#show);
      this.#isBusy = false;
      if (this.#observer !== null) this.resume();
    } catch {
      this.#offerRetry();
    }
  }

  async #append(show: number): Promise<void> {
    const before = this.#from + this.cards().length;
    const block = await fetchList(this.#addressOf(before, show));
    const cards = block.cards();
    this.element.querySelector(".paper-list")?.append(...cards);
    const pager = block.#pager();
    if (pager === null || cards.length === 0) this.#pager()?.remove();
    else this.#pager()?.replaceWith(pager);
    announceCards(cards);
    this.#sayLoaded(before, cards.length);
  }

  async #loadEarlier(): Promise<void> {
    if (this.#isBusy || this.#from === 0) return;
    this.#isBusy = true;
    try {
      const place = this.#place();
      await this.#prepend(Math.max(0, this.#from - this.#show));
      if (place !== null) scrollTo(place);
      this.element.querySelector<HTMLElement>(".earlier-block a, .paper-title a")?.focus({
        preventScroll: true,
      });
    } catch {
      // The link still leads there.
      location.assign(this.element.querySelector<HTMLAnchorElement>(".earlier-block a")?.href ?? this.base);
    } finally {
      this.#isBusy = false;
    }
  }

  async #prepend(from: number): Promise<void> {
    const show = Math.min(this.#most, this.#from - from);
    const start = this.#from - show;
    const block = await fetchList(this.#addressOf(start, show));
    const cards = block.cards();
    this.element.querySelector(".paper-list")?.prepend(...cards);
    const earlier = block.element.querySelector(".earlier-block");
    if (earlier === null) this.element.querySelector(".earlier-block")?.remove();
    else this.element.querySelector(".earlier-block")?.replaceWith(earlier);
    this.#from = start;
    announceCards(cards);
    this.#sayLoaded(start, cards.length);
  }

  #sayLoaded(before: number, count: number): void {
    const shown = (value: number): string => value.toLocaleString(document.documentElement.lang);
    this.#say(
      (this.element.dataset.loaded ?? "")
        .replace("{from}", shown(before + 1))
        .replace("{to}", shown(before + count))
        .replace("{total}", shown(this.total)),
    );
  }

  /** To screen readers, politely. */
  #say(sentence: string): void {
    const status = this.element.querySelector(".list-status");
    if (status !== null) status.textContent = sentence;
  }

  #offerRetry(): void {
    this.#say("");
    const notice = document.createElement("p");
    notice.className = "notice load-failed";
    notice.setAttribute("role", "alert");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.element.dataset.retry ?? "";
    button.addEventListener("click", () => {
      notice.remove();
      this.#isBusy = false;
      void this.#loadNext();
    });
    notice.append(`${this.element.dataset.failed ?? ""} `, button);
    this.#pager()?.before(notice);
  }

  /** The topmost paper in view (the first one for a reader above the list); null when there is none. */
  #place(): FoundPlace | null {
    const shown = this.cards().filter((card) => !card.hidden);
    const top = document.querySelector(".list-filter[open]")?.getBoundingClientRect().bottom ?? 0;
    const rest = Math.max(0, top);
    // Papers follow each other without gaps, so that one of them is at every height of the list.
    let [low, high] = [0, shown.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shown[middle]!.getBoundingClientRect().bottom > rest + SLIVER_PX) high = middle;
      else low = middle + 1;
    }
    const card = shown[low];
    if (card === undefined) return null;
    return {
      base: withFilter(this.base, typedFilter()),
      from: this.#from,
      to: this.#from + shown.length,
      anchor: card.id,
      offset: card.getBoundingClientRect().top,
      index: this.#from + low,
    };
  }

  /** Keeps the place for `returnToPlace`, before a filter takes papers away. */
  rememberPlace(): void {
    this.#remembered = this.#place();
  }

  returnToPlace(): void {
    if (this.#remembered !== null) scrollTo(this.#remembered);
  }

  /** Writes the place into the address (a reload, or somebody else, comes to the same paper) and the history. */
  keepPlace(): void {
    if (this.element !== current?.element) return;
    // No paper at all: a filter that nothing matches.
    const none = {
      base: withFilter(this.base, typedFilter()),
      from: 0,
      to: 0,
      anchor: "",
      offset: 0,
      index: 0,
    };
    const { index, ...list } = this.#place() ?? none;
    const address = new URL(list.base, location.href);
    const isAtStart = index === 0 && this.#from === 0;
    if (isAtStart) {
      // The newest day is asked for without a date; deeper in the list the date belongs to the place.
      if (!startedWithDate) address.searchParams.delete("date");
    } else {
      const first = this.#from + Math.floor((index - this.#from) / this.#show) * this.#show;
      if (first > 0) address.searchParams.set("skip", String(first));
      if (index > first) address.hash = list.anchor;
    }
    const month = new URLSearchParams(location.search).get("calendar");
    if (month !== null && document.querySelector(".calendar") !== null)
      address.searchParams.set("calendar", month);
    try {
      history.replaceState({ ...(history.state as object | null), list }, "", address);
    } catch {
      // Some browsers limit how often; the next time will do.
    }
  }

  /** Brings back the blocks that were on the page, and scrolls the paper to where it was. */
  async restore(place: Place): Promise<void> {
    scrollTo(place);
    try {
      while (this.#from > place.from) await this.#prepend(Math.max(place.from, this.#from - this.#most));
      let loaded = this.#from + this.cards().length;
      while (loaded < Math.min(place.to, this.total)) {
        await this.#append(Math.min(this.#most, place.to - loaded));
        const now = this.#from + this.cards().length;
        if (now === loaded) break;
        loaded = now;
      }
    } catch {
      // What is there can be read, and the rest loads when the reader comes to it.
    }
    this.#say("");
    scrollTo(place);
    // Papers near the window have their true height only now.
    await new Promise(requestAnimationFrame);
    scrollTo(place);
  }
}

/**
 * Goes to the paper that the address names. The browser does so too, but by heights that it guesses for papers out of
 * view, and it is up to a few papers off once they are laid out.
 */
async function settleOn(id: string): Promise<void> {
  if (current?.cards().every((card) => card.id !== id)) return;
  if (document.readyState !== "complete")
    await new Promise((done) => addEventListener("load", done, { once: true }));
  for (let frame = 0; frame < 4; frame++) {
    document.getElementById(id)?.scrollIntoView({ block: "start", behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
}

const startedWithDate = new URLSearchParams(location.search).has("date");

function typedFilter(): string {
  return document.querySelector<HTMLInputElement>("#list-filter")?.value.trim() ?? "";
}

function withFilter(base: string, filter: string): string {
  const address = new URL(base, location.href);
  if (filter === "") address.searchParams.delete("filter");
  else address.searchParams.set("filter", filter);
  return address.pathname + address.search;
}

function scrollTo({ anchor, offset }: Place): void {
  const card = document.getElementById(anchor);
  if (card === null) return;
  window.scrollBy({ top: card.getBoundingClientRect().top - offset, behavior: "instant" });
}
