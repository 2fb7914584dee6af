import { paperPath } from "@cool-papers/core";
import type { StoredPaper } from "@cool-papers/db";
import { html, type Markup } from "./html.ts";
import { prose } from "./prose.ts";

/** Authors named in one line. */
const NAMED = 3;

/** A paper in one line: title, first authors, year and place. For related papers. */
export function paperLine(paper: StoredPaper): Markup {
  const names = paper.authors.slice(0, NAMED).map(({ name }) => name);
  const authors = names.join(", ") + (paper.authors.length > NAMED ? " …" : "");
  const venue = paper.venue ?? paper.sameWork.find((other) => other.venue !== null)?.venue ?? null;
  const place = venue === null ? (paper.submittedAt?.slice(0, 4) ?? "") : `${venue.venue} ${venue.year}`;
  return html`<li class="paper-line"><a href="${paperPath(paper.id)}" lang="en">${prose(paper.title, null)}</a> <span class="muted">${[authors, place].filter((part) => part !== "").join(" · ")}</span></li>`;
}
