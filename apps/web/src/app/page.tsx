import { findArchive, TAXONOMY } from "@cool-papers/core";
import type { CategoryCounts } from "@cool-papers/db";
import type { EngineStats } from "@cool-papers/search";
import type { Metadata } from "next";
import type { ReactElement } from "react";
import { formatNumber } from "../i18n/format.ts";
import type { Translate } from "../i18n/translate.ts";
import { pageTools } from "../page/page-tools.ts";
import { SearchBox } from "../page/search-box.tsx";
import { theSite } from "../server/site.ts";
import { editionPath } from "../url/listed-path.ts";
import { searchFor } from "../url/search-url.ts";

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

/** The start: one box, every category with its count, the newest venues. */
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
        {TAXONOMY.groups.map((group) => (
          <Group
            key={group.id}
            archives={group.archives.filter((id) => findArchive(id)?.active)}
            name={group.name[locale]}
            counts={counts}
            isOpen={group.id === "cs"}
          />
        ))}
      </section>
    </div>
  );
}

function leadOf({ documents, vectors }: EngineStats, t: Translate): string {
  if (documents === 0) return t("home.empty");
  return t(vectors === 0 ? "home.leadWords" : "home.lead", { papers: documents });
}

function Group(props: {
  archives: readonly string[];
  name: string;
  counts: CategoryCounts;
  isOpen: boolean;
}): ReactElement {
  const { t, locale } = pageTools();
  const total = props.archives.reduce(
    (sum, archive) => sum + (props.counts.archives[archive]?.total ?? 0),
    0,
  );
  return (
    <details className="category-group" open={props.isOpen}>
      <summary>
        <span className="group-name">{props.name}</span>{" "}
        <span className="count">{t("home.papersInAll", { count: total })}</span>
      </summary>
      {props.archives.map((id) => (
        <ArchiveBlock
          key={id}
          id={id}
          counts={props.counts}
          isOnly={props.archives.length === 1}
          locale={locale}
        />
      ))}
    </details>
  );
}

function ArchiveBlock(props: {
  id: string;
  counts: CategoryCounts;
  isOnly: boolean;
  locale: "en" | "zh";
}): ReactElement | null {
  const { t } = pageTools();
  const archive = findArchive(props.id);
  if (archive === null) return null;
  const names = new Map(TAXONOMY.categories.map((category) => [category.id, category]));
  const categories = archive.categories.map((id) => names.get(id)).filter((category) => category?.active);
  const hasParts = categories.length > 1;
  return (
    <div className="archive">
      {hasParts && !props.isOnly ? <h3>{archive.name[props.locale]}</h3> : null}
      <ul className="entry-grid">
        {hasParts ? (
          <Entry
            href={`/arxiv/${props.id}`}
            id={props.id}
            name={t("home.wholeArchive", { name: archive.name[props.locale] })}
            count={props.counts.archives[props.id]?.total ?? 0}
          />
        ) : null}
        {categories.map((category) => (
          <Entry
            key={category!.id}
            href={`/arxiv/${category!.id}`}
            id={category!.id}
            name={category!.name[props.locale]}
            count={props.counts.categories[category!.id]?.total ?? 0}
          />
        ))}
      </ul>
    </div>
  );
}

function Entry(props: { href: string; id: string; name: string; count: number }): ReactElement {
  const { locale } = pageTools();
  return (
    <li className={props.count === 0 ? "without-papers" : undefined}>
      <a href={props.href}>
        <span className="entry-id">{props.id}</span> {props.name}
      </a>{" "}
      <span className="count">{formatNumber(locale, props.count)}</span>
    </li>
  );
}
