import type { ReactElement } from "react";
import { formatNumber } from "../i18n/format.ts";
import { MAX_SKIP } from "../url/limits.ts";
import { pageTools } from "./page-tools.ts";
import { pageLinks } from "./paging.ts";

/** Links to the pages of a list; nothing when it has only one. `at` gives the address that starts after `skip` papers. */
export function Pager(props: {
  total: number;
  skip: number;
  show: number;
  at: (skip: number) => string;
}): ReactElement | null {
  const { t, locale } = pageTools();
  const { total, skip, show, at } = props;
  const links = pageLinks(total, skip, show, MAX_SKIP);
  if (links.length === 0) return null;
  const hasNext = skip + show < total && skip + show <= MAX_SKIP;
  return (
    <nav className="pager" aria-label={t("search.pages")}>
      {skip > 0 ? (
        <a rel="prev" href={at(Math.max(0, skip - show))}>
          {t("search.previous")}
        </a>
      ) : null}
      <ol>
        {links.map((link) =>
          link.kind === "gap" ? (
            <li key={`after ${link.after}`}>…</li>
          ) : (
            <li key={link.page}>
              <a href={at(link.skip)} aria-current={link.isCurrent ? "page" : undefined}>
                {formatNumber(locale, link.page)}
              </a>
            </li>
          ),
        )}
      </ol>
      {hasNext ? (
        <a rel="next" href={at(skip + show)}>
          {t("search.next")}
        </a>
      ) : null}
    </nav>
  );
}
