import type { ReactElement } from "react";
import { formatNumber } from "../i18n/format.ts";
import { setStatus } from "../server/request-context.ts";
import { theSite } from "../server/site.ts";
import { DEFAULT_SHOW, MAX_SHOW } from "../url/limits.ts";
import { editionPath } from "../url/listed-path.ts";
import { readSearchUrl } from "../url/search-url.ts";
import { FeedLink } from "./feed-link.tsx";
import { ListBlocks } from "./list-blocks.tsx";
import { ListCards } from "./list-cards.tsx";
import { pageTools } from "./page-tools.ts";

/** One edition of a venue (V2); without a year the newest. */
export async function EditionView(props: { venue: string; year: number | null }): Promise<ReactElement> {
  const { t, locale, address } = pageTools();
  const editions = await theSite().venueEditions();
  const ofVenue = editions.filter((edition) => edition.venue.toLowerCase() === props.venue.toLowerCase());
  const edition = props.year === null ? ofVenue[0] : ofVenue.find(({ year }) => year === props.year);
  if (edition === undefined) return <UnknownEdition {...props} />;
  const { state } = readSearchUrl("all", address.searchParams);
  const group = address.searchParams.get("group")?.trim() || null;
  const page = await theSite().edition({
    venue: edition.venue,
    year: edition.year,
    group,
    skip: state.skip,
    limit: state.show,
    sort: state.sort === "stars" ? "stars" : "listed",
  });
  const path = editionPath(edition.venue, edition.year);
  const url = (wantedGroup: string | null, skip: number): string => {
    const parameters = new URLSearchParams();
    if (wantedGroup !== null) parameters.set("group", wantedGroup);
    if (state.sort === "stars") parameters.set("sort", state.sort);
    if (state.show !== DEFAULT_SHOW) parameters.set("show", String(state.show));
    if (skip > 0) parameters.set("skip", String(skip));
    return parameters.size === 0 ? path : `${path}?${parameters}`;
  };
  if (page.total === 0) setStatus(404);
  return (
    <div className="list-page">
      <header className="results-head">
        <h1>{t("venue.edition", { venue: edition.venue, year: edition.year })}</h1>
        <p className="results-count">
          {t("list.count", { count: page.total })}{" "}
          <FeedLink
            page={url(group, 0)}
            name={t("venue.edition", { venue: edition.venue, year: edition.year })}
          />
        </p>
        <nav className="controls" aria-label={t("venue.groups")}>
          <div className="choice">
            <ul>
              <li>
                <a href={path} aria-current={group === null ? "true" : undefined}>
                  {t("venue.all")} <span className="count">{formatNumber(locale, edition.count)}</span>
                </a>
              </li>
              {page.groups.map(({ kind, name, count }) => (
                <li key={`${kind} ${name}`}>
                  <a
                    href={url(name, 0)}
                    aria-current={name.toLowerCase() === group?.toLowerCase() ? "true" : undefined}
                  >
                    {name} <span className="count">{formatNumber(locale, count)}</span>
                  </a>
                </li>
              ))}
            </ul>
          </div>
          <ul className="inline-list">
            {ofVenue
              .filter(({ year }) => year !== edition.year)
              .map(({ year }) => (
                <li key={year}>
                  <a href={editionPath(edition.venue, year)}>{year}</a>
                </li>
              ))}
          </ul>
        </nav>
      </header>
      {page.total === 0 && group !== null ? (
        <p className="notice">{t("venue.noneInGroup", { group })}</p>
      ) : null}
      {page.total === 0 ? null : (
        <ListBlocks
          total={page.total}
          skip={state.skip}
          show={state.show}
          most={MAX_SHOW}
          at={(skip) => url(group, skip)}
        >
          <ListCards papers={page.papers} first={state.skip + 1} />
        </ListBlocks>
      )}
    </div>
  );
}

async function UnknownEdition(props: { venue: string; year: number | null }): Promise<ReactElement> {
  const { t } = pageTools();
  setStatus(404);
  const editions = await theSite().venueEditions();
  const ofVenue = editions.filter((edition) => edition.venue.toLowerCase() === props.venue.toLowerCase());
  const venues = [...new Set(editions.map(({ venue }) => venue))].sort();
  const isKnownVenue = ofVenue.length > 0 && props.year !== null;
  return (
    <div className="notice-page">
      <h1>
        {t("venue.unknownTitle", {
          venue: props.year === null ? props.venue : `${props.venue} ${props.year}`,
        })}
      </h1>
      <p>
        {isKnownVenue
          ? t("venue.unknownYear", { venue: props.venue, year: props.year! })
          : t("venue.unknown", { venue: props.venue })}
      </p>
      <ul className="inline-list">
        {isKnownVenue
          ? ofVenue.map(({ venue, year }) => (
              <li key={year}>
                <a href={editionPath(venue, year)}>{`${venue} ${year}`}</a>
              </li>
            ))
          : venues.map((venue) => (
              <li key={venue}>
                <a href={editionPath(venue, null)}>{venue}</a>
              </li>
            ))}
      </ul>
    </div>
  );
}
