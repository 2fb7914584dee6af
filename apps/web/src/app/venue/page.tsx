import type { Metadata } from "next";
import type { ReactElement } from "react";
import { formatNumber } from "../../i18n/format.ts";
import { FeedLink, withFeed } from "../../page/feed-link.tsx";
import { pageTools } from "../../page/page-tools.ts";
import { theSite } from "../../server/site.ts";
import { editionPath } from "../../url/listed-path.ts";
import { isVenueName } from "../../url/venue-name.ts";

export function generateMetadata(): Metadata {
  const { t } = pageTools();
  return {
    title: t("venue.indexTitle"),
    alternates: withFeed("/venue", t("feed.latestVenueTitle"), "/venue"),
  };
}

/** All editions by year (V1). */
export default async function VenueIndexPage(): Promise<ReactElement> {
  const { t, locale } = pageTools();
  const editions = await theSite().venueEditions();
  const years = [...new Set(editions.map(({ year }) => year))];
  return (
    <div className="index-page">
      <h1>{t("venue.indexTitle")}</h1>
      <p>
        {t(editions.length === 0 ? "venue.indexEmpty" : "venue.indexLead")}{" "}
        <FeedLink page="/venue" name={t("feed.latestVenueTitle")} />
      </p>
      {years.map((year) => {
        const ofYear = editions.filter((edition) => edition.year === year);
        return (
          <section key={year} className="venue-year">
            <h2>{year}</h2>
            <ul className="inline-list">
              {ofYear.map(({ venue, count }) => (
                <li key={venue}>
                  <a href={editionPath(venue, year)}>{venue}</a>{" "}
                  <span className="count">{formatNumber(locale, count)}</span>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
      <AskForVenue />
    </div>
  );
}

/** A missing venue can be asked for: by a counted request, and by mail where the site names an address. */
function AskForVenue(): ReactElement {
  const { t, address } = pageTools();
  const { contactEmail } = theSite().operator;
  const asked = address.searchParams.get("asked") ?? "";
  return (
    <section id="ask" className="ask-venue">
      <h2>{t("venue.askTitle")}</h2>
      {isVenueName(asked) ? (
        <p className="notice" role="status">
          {t("venue.asked", { venue: asked })}
        </p>
      ) : null}
      <p className="muted">{t("venue.missing")}</p>
      <form action="/api/venue-requests" method="post" className="day-form">
        <label>
          <span>{t("venue.askLabel")}</span>{" "}
          <input type="text" name="venue" required maxLength={61} autoComplete="off" placeholder="SIGCOMM" />
        </label>
        <button type="submit">{t("venue.askButton")}</button>
      </form>
      {contactEmail === null ? null : (
        <p>
          <a href={`mailto:${contactEmail}?subject=${encodeURIComponent(t("venue.askSubject"))}`}>
            {t("venue.askMail", { email: contactEmail })}
          </a>
        </p>
      )}
    </section>
  );
}
