import type { Metadata } from "next";
import type { ReactElement } from "react";
import { searchMetadata } from "../../../page/search-metadata.ts";
import { SearchView } from "../../../page/search-page.tsx";

export function generateMetadata(): Metadata {
  return searchMetadata("arxiv");
}

export default function SearchPage(): ReactElement {
  return <SearchView scope="arxiv" />;
}
