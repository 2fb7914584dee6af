import { xmlText } from "./xml.ts";

/** Atom (RFC 4287): what a feed says, and how it is written. */
export const ATOM_TYPE = "application/atom+xml";

export interface AtomLink {
  readonly rel: "alternate" | "self" | "related" | "via";
  readonly href: string;
  readonly type?: string;
  readonly title?: string;
}

export interface AtomCategory {
  readonly term: string;
  /** IRI of the vocabulary that the term is from. */
  readonly scheme: string;
  readonly label: string;
}

export interface AtomEntry {
  /** Absolute IRI that never changes. */
  readonly id: string;
  /** Plain text. */
  readonly title: string;
  /** ISO 8601 instants in UTC. */
  readonly updated: string;
  readonly published: string | null;
  readonly links: readonly AtomLink[];
  /** At least one. */
  readonly authors: readonly string[];
  readonly categories: readonly AtomCategory[];
  /** HTML that is safe to show. */
  readonly summaryHtml: string;
}

export interface AtomFeed {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  /** BCP 47. */
  readonly language: string;
  readonly updated: string;
  readonly links: readonly AtomLink[];
  /** Who stands for the feed itself: an empty one has no other author. */
  readonly author: { readonly name: string; readonly uri: string };
  readonly icon: string;
  readonly entries: readonly AtomEntry[];
}

/** The latest of some instants of one form; null when there is none. */
export function latest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((best, instant) => (best === null || (instant ?? "") > best ? instant : best), null);
}

/** The document. Whatever stands in titles and names, it is well-formed XML. */
export function printAtom(feed: AtomFeed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${xmlText(feed.language)}">
${element("id", feed.id)}
${element("title", feed.title)}
${element("subtitle", feed.subtitle)}
${element("updated", feed.updated)}
<author>${element("name", feed.author.name)}${element("uri", feed.author.uri)}</author>
${element("icon", feed.icon)}
<generator>Cool Papers</generator>
${feed.links.map(printLink).join("\n")}
${feed.entries.map(printEntry).join("\n")}
</feed>
`;
}

function printEntry(entry: AtomEntry): string {
  const lines = [
    "<entry>",
    element("id", entry.id),
    element("title", entry.title),
    element("updated", entry.updated),
    ...(entry.published === null ? [] : [element("published", entry.published)]),
    ...entry.links.map(printLink),
    ...entry.authors.map((name) => `<author>${element("name", name)}</author>`),
    ...entry.categories.map(
      ({ term, scheme, label }) =>
        `<category term="${xmlText(term)}" scheme="${xmlText(scheme)}" label="${xmlText(label)}"/>`,
    ),
    `<summary type="html">${xmlText(entry.summaryHtml)}</summary>`,
    "</entry>",
  ];
  return lines.join("\n");
}

function printLink({ rel, href, type, title }: AtomLink): string {
  const attributes = Object.entries({ rel, type, href, title }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${xmlText(value)}"`],
  );
  return `<link ${attributes.join(" ")}/>`;
}

function element(name: string, text: string): string {
  return `<${name}>${xmlText(text)}</${name}>`;
}
