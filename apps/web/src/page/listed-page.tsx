import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactElement } from "react";
import { theSite } from "../server/site.ts";
import type { ListedPath } from "../url/listed-path.ts";
import { CategoryView, categoryTitle } from "./category-page.tsx";
import { EditionView } from "./edition-page.tsx";
import { withFeed } from "./feed-link.tsx";
import { pageTools } from "./page-tools.ts";
import { paperMetadata } from "./paper-metadata.ts";
import { PaperView } from "./paper-page.tsx";
import { PapersView } from "./papers-page.tsx";

/** What an address under /arxiv or /venue shows. Addresses that make no sense never come here: see `decide-route.ts`. */
export function ListedView({ listed }: { listed: ListedPath }): ReactElement {
  switch (listed.kind) {
    case "paper":
      return <PaperView id={listed.id} />;
    case "papers":
      return <PapersView ids={listed.ids} unknown={listed.unknown} path={listed.path} />;
    case "categories":
      return <CategoryView expression={listed.expression} path={listed.path} />;
    case "edition":
      return <EditionView venue={listed.venue} year={listed.year} />;
    case "invalid":
    case "too-many":
      return notFound();
  }
}

export async function listedMetadata(listed: ListedPath): Promise<Metadata> {
  const { t } = pageTools();
  switch (listed.kind) {
    case "paper": {
      const [paper = null] = await theSite().papers([listed.id]);
      return paperMetadata(listed.id, paper);
    }
    case "papers":
      return { title: t("papers.title", { count: listed.ids.length }), robots: { index: false } };
    case "categories":
      return {
        title: categoryTitle(listed.expression),
        alternates: withFeed(listed.path, categoryTitle(listed.expression), listed.path),
      };
    case "edition":
      return {
        title:
          listed.year === null
            ? listed.venue
            : t("venue.edition", { venue: listed.venue, year: listed.year }),
        alternates: withFeed(listed.path, listed.venue, listed.path),
      };
    default:
      return {};
  }
}
