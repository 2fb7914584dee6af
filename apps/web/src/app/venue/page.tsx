import type { Metadata } from "next";
import type { ReactElement } from "react";
import { formatNumber } from "../../i18n/format.ts";
import { pageTools } from "../../page/page-tools.ts";
import { theSite } from "../../server/site.ts";
import { editionPath } from "../../url/listed-path.ts";

export function generateMetadata(): Metadata {
  return { title: pageTools().t("venue.indexTitle"), alternates: { canonical: "/venue" } };
}

/** All editions by year (V1). */
export default async function VenueIndexPage(): Promise<ReactElement> {
  const { t, locale } = pageTools();
  const editions = await theSite().venueEditions();
  const years = [...new Set(editions.map(({ year }) => year))];
  return (
    <div className="index-page">
      <h1>{t("venue.indexTitle")}</h1>
      <p>{t(editions.length === 0 ? "venue.indexEmpty" : "venue.indexLead")}</p>
      {years.map((year) => (
        <section key={year} className="venue-year">
          <h2>{year}</h2>
          <ul className="inline-list">
            {editions
              .filter((edition) => edition.year === year)
              .map(({ venue, count }) => (
                <li key={venue}>
                  <a href={editionPath(venue, year)}>{venue}</a>{" "}
                  <span className="count">{formatNumber(locale, count)}</span>
                </li>
              ))}
          </ul>
        </section>
      ))}
      <p className="muted">{t("venue.missing")}</p>
    </div>
  );
}
