import type { StoredPaper } from "@cool-papers/db";
import type { Locale } from "../i18n/locale.ts";
import { Markup } from "./html.ts";
import { LruCache } from "./lru-cache.ts";

/** Markup of all papers together, in characters: 64 MB at most, since one formula makes a string two bytes wide. */
const CHARACTERS_KEPT = 32_000_000;
const ENTRIES_KEPT = 20_000;

/**
 * Keeps a part of a card that says nothing about the list it stands in, for each paper and language. A paper is known by
 * its object (`paper-shelf.ts` hands out the same one until the record changes), so nothing here can be out of date.
 */
export function madeOncePerPaper(
  make: (paper: StoredPaper, locale: Locale) => Markup,
): (paper: StoredPaper, locale: Locale) => Markup {
  const newCache = () =>
    new LruCache<StoredPaper, Markup>(ENTRIES_KEPT, {
      size: ({ value }) => value.length,
      largest: CHARACTERS_KEPT / 4,
    });
  const kept: Record<Locale, LruCache<StoredPaper, Markup>> = { en: newCache(), zh: newCache() };
  return (paper, locale) => {
    const known = kept[locale].get(paper);
    if (known !== undefined) return known;
    const made = make(paper, locale);
    // Joined from many pieces: made one string now, not again for every page.
    const flat = new Markup(flatten(made.value));
    kept[locale].set(paper, flat);
    return flat;
  };
}

/** V8 keeps a concatenation as a tree until something reads it from end to end. */
function flatten(text: string): string {
  text.charCodeAt(0);
  return text;
}
