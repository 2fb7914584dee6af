import type { Metadata } from "next";
import { followedSearch, readSearchUrl, type SearchScope } from "../url/search-url.ts";
import { withFeed } from "./feed-link.tsx";
import { pageTools } from "./page-tools.ts";

/** Search pages have endless addresses: none of them belongs into an index of the web. */
export function searchMetadata(scope: SearchScope): Metadata {
  const { t, address } = pageTools();
  const text = (address.searchParams.get("q") ?? address.searchParams.get("query") ?? "").slice(0, 120);
  const { state } = readSearchUrl(scope, address.searchParams);
  return {
    title: text === "" ? t("search.title") : t("search.titleFor", { text }),
    robots: { index: false, follow: true },
    ...(text === "" ? {} : { alternates: withFeed(followedSearch(state), text) }),
  };
}
