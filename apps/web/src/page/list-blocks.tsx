import type { ReactElement, ReactNode } from "react";
import { pageTools } from "./page-tools.ts";
import { Pager } from "./pager.tsx";

/**
 * A list with links to its other pages. With script (browser/progressive-list.ts) the next block is appended before
 * the reader reaches the end; the element carries where the list is and the sentences that the script needs.
 */
export function ListBlocks(props: {
  total: number;
  skip: number;
  show: number;
  /** Most papers that one address shows. */
  most: number;
  /** Address of the list that starts after `skip` papers. */
  at: (skip: number) => string;
  children: ReactNode;
}): ReactElement {
  const { t } = pageTools();
  const { total, skip, show, most, at } = props;
  return (
    <div
      className="list-blocks"
      data-base={at(0)}
      data-skip={skip}
      data-show={show}
      data-most={most}
      data-total={total}
      data-loading={t("list.loading")}
      data-loaded={t("list.loaded", { from: "{from}", to: "{to}", total: "{total}" })}
      data-failed={t("list.loadFailed")}
      data-retry={t("list.retry")}
    >
      {skip > 0 && skip < total ? (
        <p className="earlier-block">
          <a href={at(Math.max(0, skip - show))}>
            {t("list.earlier", { from: Math.max(0, skip - show) + 1, to: skip })}
          </a>
        </p>
      ) : null}
      {skip > 0 && skip >= total && total > 0 ? (
        <p className="notice">
          {t("list.beyondEnd", { total })} <a href={at(0)}>{t("list.toStart")}</a>
        </p>
      ) : null}
      {props.children}
      <p className="visually-hidden list-status" role="status" />
      <Pager total={total} skip={skip} show={show} at={at} />
    </div>
  );
}
