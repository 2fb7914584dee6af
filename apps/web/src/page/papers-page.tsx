import { type PaperId, paperPath, printPaperId, sourceLinks } from "@cool-papers/core";
import type { ReactElement } from "react";
import { setStatus } from "../server/request-context.ts";
import { theSite } from "../server/site.ts";
import { EXPORT_FORMATS } from "./export-formats.ts";
import { ListCards } from "./list-cards.tsx";
import { pageTools } from "./page-tools.ts";

/** Many papers by id (L3), in the order of the address. */
export async function PapersView(props: {
  ids: readonly PaperId[];
  unknown: readonly string[];
  path: string;
}): Promise<ReactElement> {
  const { t } = pageTools();
  const stored = await theSite().papers(props.ids);
  const papers = stored.filter((paper) => paper !== null);
  const missing = props.ids.filter((_, index) => stored[index] === null);
  if (papers.length === 0) setStatus(404);
  return (
    <div className="list-page">
      <header className="results-head">
        <h1>{t("papers.title", { count: papers.length })}</h1>
        {props.unknown.length === 0 ? null : (
          <p className="notice">{t("papers.unknown", { list: props.unknown.join(", ").slice(0, 500) })}</p>
        )}
        {missing.length === 0 ? null : (
          <div className="notice">
            <p>{t("papers.missing", { count: missing.length })}</p>
            <ul className="inline-list">
              {missing.map((id) => (
                <li key={printPaperId(id)}>
                  <a href={sourceLinks(id).page} rel="noopener">
                    {paperPath(id).replace(/^\/(arxiv|venue)\//, "")}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        )}
      </header>
      <ListCards papers={papers} first={1} />
      {papers.length === 0 ? null : (
        <details className="export-menu">
          <summary>{t("papers.export")}</summary>
          <ul>
            {EXPORT_FORMATS.map(({ format, name }) => (
              <li key={format}>
                <a href={`${props.path}/cite?format=${format}&download=1`} download rel="nofollow">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
