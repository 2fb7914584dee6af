import { onCards } from "./added-cards.ts";

const STORED = "cool-papers.stars";

/** Key of a paper to the instant of its star. They stay in this browser. */
type Stars = Record<string, string>;

function readStars(): Stars {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? "{}");
    return typeof stored === "object" && stored !== null && !Array.isArray(stored) ? (stored as Stars) : {};
  } catch {
    // No storage, or something else in it: no stars.
    return {};
  }
}

/** Shows the star of every paper and lets it be given and taken away. */
export function enableStars(): void {
  const paint = (cards: readonly HTMLElement[]): void => {
    const stars = readStars();
    for (const card of cards) {
      const button = card.querySelector<HTMLButtonElement>("button[data-star]");
      if (button === null) continue;
      button.hidden = false;
      button.setAttribute("aria-pressed", String(Object.hasOwn(stars, card.dataset.key ?? "")));
    }
  };
  onCards(paint);
  document.addEventListener("click", (event) => {
    const card = (event.target as Element).closest("button[data-star]")?.closest<HTMLElement>("[data-key]");
    if (card) toggleStar(card.dataset.key ?? "");
  });
  // Given in another tab, or here.
  addEventListener("storage", (event) => {
    if (event.key === STORED) paint(allCards());
  });
  function toggleStar(key: string): void {
    const { [key]: given, ...others } = readStars();
    try {
      localStorage.setItem(
        STORED,
        JSON.stringify(given === undefined ? { ...others, [key]: new Date().toISOString() } : others),
      );
    } catch {
      // Storage is full or forbidden: the star stays as it was, and shows so.
    }
    paint(allCards());
  }
}

function allCards(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-key]")];
}
