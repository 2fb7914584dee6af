import type { EngineStats } from "@cool-papers/search";
import type { Metadata } from "next";
import type { ReactElement } from "react";
import { formatNumber } from "../i18n/format.ts";
import type { Translate } from "../i18n/translate.ts";
import { HtmlBlock } from "../page/html-block.tsx";
import { pageTools } from "../page/page-tools.ts";
import { SearchBox } from "../page/search-box.tsx";
import { theSite } from "../server/site.ts";
import { editionPath } from "../url/listed-path.ts";
import { searchFor } from "../url/search-url.ts";
import { categoryChooser } from "../view/category-chooser.ts";

const EXAMPLES = [
  '"rotary position embedding"',
  'author:"Geoffrey Hinton"',
  "cat:cs.CL year:2017..2020 attention",
  "1706.03762",
];
const VENUES_SHOWN = 12;

export function generateMetadata(): Metadata {
  const { t } = pageTools();
  return { title: { absolute: `${t("site.name")} · ${t("home.title")}` }, alternates: { canonical: "/" } };
}

/** The start: one box, the newest venues, every category with its counts and a list of one's own made of them. */
export default async function HomePage(): Promise<ReactElement> {
  const { t, locale } = pageTools();
  const site = theSite();
  const [stats, counts, editions] = await Promise.all([
    // The lists do not need the index: without it the page is complete but for one sentence.
    site.indexStats().catch(() => null),
    site.categoryCounts(),
    site.venueEditions(),
  ]);
  return (
    <div className="home">
      <section className="home-head">
        <h1>{t("home.title")}</h1>
        {stats === null ? null : <p className="lead">{leadOf(stats, t)}</p>}
        <SearchBox id="home-search" isLarge />
        <p className="examples">
          <span className="muted">{t("home.examples")}</span>
          {EXAMPLES.map((example) => (
            <a key={example} href={searchFor(example)}>
              {example}
            </a>
          ))}
          <a href="/how-to-search">{t("site.howTo")}</a>
        </p>
      </section>
      <section className="home-venues">
        <h2>{t("home.recentVenues")}</h2>
        <ul className="inline-list">
          {editions.slice(0, VENUES_SHOWN).map(({ venue, year, count }) => (
            <li key={`${venue} ${year}`}>
              <a href={editionPath(venue, year)}>{`${venue} ${year}`}</a>{" "}
              <span className="count">{formatNumber(locale, count)}</span>
            </li>
          ))}
          <li>
            <a href="/venue">{t("home.allVenues")}</a>
          </li>
        </ul>
      </section>
      <section className="home-categories">
        <h2>{t("home.categories")}</h2>
        <HtmlBlock markup={categoryChooser({ counts, locale, t })} />
      </section>
    </div>
  );
}

function leadOf({ documents, vectors }: EngineStats, t: Translate): string {
  if (documents === 0) return t("home.empty");
  return t(vectors === 0 ? "home.leadWords" : "home.lead", { papers: documents });
}
