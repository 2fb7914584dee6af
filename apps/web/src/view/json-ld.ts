import { paperPath, sourceLinks } from "@cool-papers/core";
import type { StoredPaper } from "@cool-papers/db";

/** The paper for machines (schema.org ScholarlyArticle). `<` is escaped, so that no text can end the script element. */
export function paperJsonLd(paper: StoredPaper, siteUrl: string): string {
  const links = sourceLinks(paper.id);
  const value = {
    "@context": "https://schema.org",
    "@type": "ScholarlyArticle",
    headline: paper.title,
    url: siteUrl + paperPath(paper.id),
    sameAs: [links.page, ...(paper.doi === null ? [] : [`https://doi.org/${paper.doi}`])],
    author: paper.authors.map(({ name }) => ({ "@type": "Person", name })),
    datePublished: paper.submittedAt?.slice(0, 10),
    dateModified: paper.updatedAt?.slice(0, 10),
    ...(paper.abstractKind === "abstract" ? { abstract: paper.abstract } : { description: paper.abstract }),
    keywords: [...paper.keywords, ...paper.categories],
    isPartOf:
      paper.venue === null
        ? undefined
        : { "@type": "PublicationEvent", name: `${paper.venue.venue} ${paper.venue.year}` },
  };
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
