import type { Metadata } from "next";
import type { ReactElement } from "react";
import { feedAddress } from "../url/feed-url.ts";
import { ATOM_TYPE } from "../view/atom.ts";
import { pageTools } from "./page-tools.ts";

/** The feed of a page, for its head, where feed readers look for it. `page`: path and query. */
export function withFeed(page: string, name: string, canonical?: string): Metadata["alternates"] {
  const { t, locale } = pageTools();
  return {
    ...(canonical === undefined ? {} : { canonical }),
    types: { [ATOM_TYPE]: [{ url: feedAddress(page, { locale }), title: t("feed.title", { name }) }] },
  };
}

/** The same for readers to see. */
export function FeedLink({ page, name }: { page: string; name: string }): ReactElement {
  const { t, locale } = pageTools();
  return (
    <a
      className="feed-link"
      rel="alternate"
      type={ATOM_TYPE}
      href={feedAddress(page, { locale })}
      title={t("feed.title", { name })}
    >
      {t("feed.link")}
    </a>
  );
}
