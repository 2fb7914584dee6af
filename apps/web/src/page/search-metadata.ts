import type { Metadata } from "next";
import { pageTools } from "./page-tools.ts";

/** Search pages have endless addresses: none of them belongs into an index of the web. */
export function searchMetadata(): Metadata {
  const { t, address } = pageTools();
  const text = (address.searchParams.get("q") ?? address.searchParams.get("query") ?? "").slice(0, 120);
  return {
    title: text === "" ? t("search.title") : t("search.titleFor", { text }),
    robots: { index: false, follow: true },
  };
}
