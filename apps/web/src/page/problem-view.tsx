import type { ReactElement } from "react";
import { searchFor } from "../url/search-url.ts";
import { pageTools } from "./page-tools.ts";

/** A page that could not be given, why, and what to do next. `search`: words worth searching for instead. */
export function ProblemView(props: { title: string; text: string; search: string | null }): ReactElement {
  const { t } = pageTools();
  return (
    <div className="notice-page">
      <h1>{props.title}</h1>
      <p>{props.text}</p>
      <ul className="ways-out">
        {props.search === null ? null : (
          <li>
            <a href={searchFor(props.search)}>{t("problem.searchInstead")}</a>
          </li>
        )}
        <li>
          <a href="/how-to-search">{t("site.howTo")}</a>
        </li>
        <li>
          <a href="/">{t("problem.toHome")}</a>
        </li>
      </ul>
    </div>
  );
}
