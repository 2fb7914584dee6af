import { areKeysOn, openKeysSheet } from "./keys-sheet.ts";

/** What each key does; null where the page has nothing for it. */
const ACTIONS: Readonly<Record<string, () => HTMLElement | null>> = {
  j: () => step(1),
  k: () => step(-1),
  o: () => press(".paper-title a"),
  f: () => press('a[data-count="faq"]'),
  s: () => press("button[data-star]"),
  "/": focusSearch,
  "?": () => {
    openKeysSheet();
    return document.querySelector("#keys-sheet");
  },
};

/** Single keys (R5): never while the reader types, never with a modifier, and not at all when they are switched off. */
export function enableReaderKeys(root: Document): void {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.repeat && event.key !== "j" && event.key !== "k") return;
    if (!Object.hasOwn(ACTIONS, event.key) || isTyping(event.target) || !areKeysOn()) return;
    if (root.querySelector("dialog[open]") !== null) return;
    if (ACTIONS[event.key]!() !== null) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Papers of the list that a filter has not hidden. */
function shownCards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("article.paper:not([hidden])")];
}

function focusedCard(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("article.paper, [data-key]") ?? null;
}

/** Focuses the title of the next or previous paper; from nowhere, of the first one that is in view. */
function step(by: 1 | -1): HTMLElement | null {
  const cards = shownCards();
  const at = cards.indexOf(focusedCard()!);
  const inView = cards.findIndex((card) => card.getBoundingClientRect().bottom > 60);
  const next = cards[at >= 0 ? at + by : by === 1 ? inView : inView - 1];
  if (next === undefined) return null;
  next.scrollIntoView({ block: "start", behavior: "instant" });
  next.querySelector<HTMLElement>(".paper-title a")?.focus({ preventScroll: true });
  return next;
}

/** Presses a link or button of the paper that has the focus, of the page's only paper, or of the first in view. */
function press(selector: string): HTMLElement | null {
  const cards = shownCards();
  const card =
    focusedCard() ??
    cards.find((candidate) => candidate.getBoundingClientRect().bottom > 60) ??
    document.querySelector<HTMLElement>("[data-key]");
  const target = card?.querySelector<HTMLElement>(selector) ?? null;
  target?.click();
  return target;
}

function focusSearch(): HTMLElement | null {
  const input = document.querySelector<HTMLInputElement>("input[type=search]");
  input?.focus();
  input?.select();
  return input;
}
