import type { ReactElement } from "react";
import type { DayState } from "../url/day-url.ts";
import { dayUrl } from "../url/day-url.ts";
import { HiddenState } from "./hidden-state.tsx";
import { pageTools } from "./page-tools.ts";

/**
 * The filter of a day's list (L7): a form, so that it works without script. The script (browser/list-filter.ts) opens
 * it with Ctrl F and answers while the reader types; the sentences that it needs stand on the element.
 */
export function ListFilterBox(props: {
  state: DayState;
  date: string;
  total: number;
  matching: number;
}): ReactElement {
  const { t } = pageTools();
  const { state, date, total, matching } = props;
  const isFiltered = state.filter !== "";
  const texts = new URLSearchParams({ of: state.path, date, sort: state.sort });
  return (
    <details
      className="list-filter"
      open={isFiltered}
      data-texts={`/api/list-text?${texts}`}
      data-matches={t("filter.matches", { count: "{count}", total: "{total}" })}
      data-failed={t("filter.failed")}
    >
      <summary>{t("filter.open")}</summary>
      <search aria-label={t("filter.open")}>
        <form action={state.path} method="get">
          <HiddenState state={{ ...state, date }} />
          <label className="visually-hidden" htmlFor="list-filter">
            {t("filter.label")}
          </label>
          <input
            id="list-filter"
            type="text"
            name="filter"
            defaultValue={state.filter}
            placeholder={t("filter.placeholder")}
            aria-describedby="list-filter-hint"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={300}
            enterKeyHint="search"
          />
          <button type="submit">{t("filter.apply")}</button>
          {isFiltered ? (
            <a className="filter-clear" href={dayUrl({ ...state, filter: "", skip: 0 })}>
              {t("filter.clear")}
            </a>
          ) : null}
        </form>
        <p className="filter-count" role="status">
          {isFiltered ? t("filter.matches", { count: String(matching), total: String(total) }) : ""}
        </p>
        <p className="hint" id="list-filter-hint">
          {t("filter.hint")}
        </p>
      </search>
    </details>
  );
}
