import { createHash } from "node:crypto";
import { type FilterText, foldText } from "@cool-papers/core/list-filter";
import {
  type CategorySet,
  type DaySort,
  type ListText,
  latestChange,
  latestPaperChange,
  listDayTexts,
  type Queryable,
} from "@cool-papers/db";
import { LruCache } from "../view/lru-cache.ts";

/** What a filter looks at, for a whole day. */
export interface DayTexts {
  /** Entity tag, in quotes: a digest of the texts in their order. */
  readonly tag: string;
  /** Keys of the papers, in the order of the list. */
  readonly keys: readonly string[];
  /** Their folded texts, in the same order. */
  readonly texts: readonly FilterText[];
}

/** Days kept folded: a day of 2,000 papers takes about 3 MB. */
const DAYS_KEPT = 12;

/** The texts of days, folded once and kept until papers change (for an order by openings: until one is counted). */
export class DayTextCache {
  readonly #days = new LruCache<string, Promise<DayTexts>>(DAYS_KEPT);
  readonly #db: Queryable;

  constructor(db: Queryable) {
    this.#db = db;
  }

  async get(set: CategorySet, date: string, sort: DaySort): Promise<DayTexts> {
    const change = await (sort === "stars" ? latestChange : latestPaperChange)(this.#db);
    const name = JSON.stringify([change, set, date, sort]);
    const known = this.#days.get(name);
    if (known !== undefined) return known;
    const day = listDayTexts(this.#db, set, date, sort).then(fold);
    this.#days.set(name, day);
    // A failure is not kept: the next reader asks again.
    day.catch(() => this.#days.delete(name));
    return day;
  }
}

function fold(papers: readonly ListText[]): DayTexts {
  const keys = papers.map(({ key }) => key);
  const texts = papers.map(({ title, abstract, authors }) => ({
    title: foldText(title),
    abstract: foldText(abstract),
    author: foldText(authors.join(", ")),
  }));
  const hash = createHash("sha256");
  for (const [index, key] of keys.entries()) {
    const { title, abstract, author } = texts[index]!;
    hash.update(`${key}\n${title}\n${abstract}\n${author}\n`);
  }
  return { tag: `"${hash.digest("base64url").slice(0, 22)}"`, keys, texts };
}
