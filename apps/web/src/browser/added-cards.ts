type Listener = (cards: readonly HTMLElement[]) => void;

const listeners: Listener[] = [];

/** Calls back with the papers that are on the page now, and again with those that come later. */
export function onCards(listener: Listener): void {
  listeners.push(listener);
  listener([...document.querySelectorAll<HTMLElement>("[data-key]")]);
}

/** Says that papers were added to the page. */
export function announceCards(cards: readonly HTMLElement[]): void {
  for (const listener of listeners) listener(cards);
}
