import { type PaperId, paperPath, parsePaperKey, sourceLinks } from "@cool-papers/core";
import type { StoredPaper } from "@cool-papers/db";
import type { ReactElement } from "react";
import { formatDate } from "../i18n/format.ts";
import { setStatus } from "../server/request-context.ts";
import { theSite } from "../server/site.ts";
import { searchFor } from "../url/search-url.ts";
import { html } from "../view/html.ts";
import { paperJsonLd } from "../view/json-ld.ts";
import { abstractBlock, actionRow, authorLine, type CardOptions, factsColumn } from "../view/paper-card.ts";
import { paperLine } from "../view/paper-line.ts";
import { prose } from "../view/prose.ts";
import { FORMATS } from "./export-formats.ts";
import { HtmlBlock, HtmlSpan } from "./html-block.tsx";
import { plainCard } from "./list-cards.tsx";
import { pageTools } from "./page-tools.ts";

const RELATED_SHOWN = 8;

/** The page of one paper; of its source where it is not stored. */
export async function PaperView({ id }: { id: PaperId }): Promise<ReactElement> {
  const [paper] = await theSite().papers([id]);
  if (!paper) {
    setStatus(404);
    return <NotStored id={id} />;
  }
  const { context, t } = pageTools();
  const options: CardOptions = { ...plainCard(null), version: id.version ?? null };
  return (
    <article className="paper-page" data-key={paper.key}>
      <script
        type="application/ld+json"
        // biome-ignore lint/security/noDangerouslySetInnerHtml: `<` is escaped in the JSON.
        dangerouslySetInnerHTML={{ __html: paperJsonLd(paper, context.siteUrl) }}
      />
      <div className="paper-page-text">
        <div className="paper-page-body">
          <h1 className="paper-title">
            <HtmlSpan lang="en" markup={prose(paper.title, null)} />
          </h1>
          <HtmlBlock markup={authorLine(paper, options)} />
          <VersionNote id={id} paper={paper} />
          <HtmlBlock markup={html`${actionRow(paper, options)}${abstractBlock(paper, options)}`} />
        </div>
        <FaqSection paper={paper} />
        <CiteSection paper={paper} />
      </div>
      <div className="paper-page-side">
        <aside className="paper-page-facts" aria-label={t("paper.facts")}>
          <HtmlBlock markup={factsColumn(paper, options)} />
          <MoreFacts paper={paper} />
        </aside>
        <RelatedSection paper={paper} title={t("paper.related")} />
      </div>
    </article>
  );
}

function VersionNote({ id, paper }: { id: PaperId; paper: StoredPaper }): ReactElement | null {
  const { t } = pageTools();
  const asked = id.version;
  if (asked === undefined || asked === paper.version) return null;
  const latest = paper.version ?? 1;
  return (
    <p className="notice">
      {t("paper.versionAsked", { asked })}{" "}
      {asked > latest ? t("paper.versionBeyond", { latest, asked }) : t("paper.versionLatest", { latest })}{" "}
      <a href={sourceLinks(id).page}>{t("paper.openAt", { label: `${sourceLinks(id).label} v${asked}` })}</a>{" "}
      <a href={paperPath(paper.id)}>{t("paper.latestVersion")}</a>
    </p>
  );
}

function MoreFacts({ paper }: { paper: StoredPaper }): ReactElement {
  const { t, locale } = pageTools();
  const places = [
    paper.id,
    ...paper.sameWork.map(({ key }) => parsePaperKey(key)).filter((id) => id !== null),
  ];
  return (
    <dl className="paper-facts">
      {paper.updatedAt === null || paper.updatedAt === paper.submittedAt ? null : (
        <div>
          <dt>{t("paper.updated")}</dt>
          <dd>
            <time dateTime={paper.updatedAt.slice(0, 10)}>{formatDate(locale, paper.updatedAt)}</time>
            {paper.version === null ? null : ` (v${paper.version})`}
          </dd>
        </div>
      )}
      <div>
        <dt>{t("paper.source")}</dt>
        <dd>
          <ul className="plain">
            {places.map((id) => (
              <li key={`${id.scheme}:${id.local}`}>
                <a href={sourceLinks(id).page} rel="noopener">
                  {sourceLinks(id).label}
                  {id.scheme === "arxiv" ? ` ${id.local}` : ""}
                </a>
              </li>
            ))}
          </ul>
        </dd>
      </div>
      {paper.doi === null ? null : (
        <div>
          <dt>{t("paper.doi")}</dt>
          <dd>
            <a href={`https://doi.org/${encodeURI(paper.doi)}`} rel="noopener">
              {paper.doi}
            </a>
          </dd>
        </div>
      )}
      {paper.journalRef === null ? null : (
        <div>
          <dt>{t("paper.journal")}</dt>
          <dd lang="en">{paper.journalRef}</dd>
        </div>
      )}
      {paper.keywords.length === 0 ? null : (
        <div>
          <dt>{t("paper.keywords")}</dt>
          <dd lang="en">{paper.keywords.join(", ")}</dd>
        </div>
      )}
      {paper.license === null ? null : (
        <div>
          <dt>{t("paper.license")}</dt>
          <dd>
            {URL.canParse(paper.license) ? (
              <a href={safeUrl(paper.license)}>{paper.license.replace(/^https?:\/\//, "")}</a>
            ) : (
              paper.license
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Only web addresses become links. */
function safeUrl(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? address : undefined;
}

function FaqSection({ paper }: { paper: StoredPaper }): ReactElement {
  const { t } = pageTools();
  const links = sourceLinks(paper.id);
  const pdf = paper.pdfUrl ?? links.pdf;
  return (
    <section id="faq" className="paper-section">
      <h2>{t("paper.faq")}</h2>
      <p className="muted">
        {t("paper.faqNone")} {pdf === null ? null : <a href={pdf}>{t("paper.readPdf")}</a>}{" "}
        <a href={links.page}>{links.label}</a>
      </p>
    </section>
  );
}

const CITE_FORMATS = ["bibtex", "ris", "csl", "text"] as const;

function CiteSection({ paper }: { paper: StoredPaper }): ReactElement {
  const { t } = pageTools();
  return (
    <section id="cite" className="paper-section">
      <h2>{t("paper.cite")}</h2>
      {CITE_FORMATS.map((format, index) => (
        <details key={format} className="citation" open={index === 0}>
          <summary>{FORMATS[format].name}</summary>
          <p className="citation-actions">
            <button
              className="action"
              type="button"
              hidden
              data-copy-from={`cite-${format}`}
              data-done={t("card.copied")}
            >
              {t("paper.copyCitation")}
            </button>
            <a className="action" href={`${paperPath(paper.id)}/cite?format=${format}&download=1`} download>
              {t("paper.download")}
            </a>
          </p>
          <pre id={`cite-${format}`}>{FORMATS[format].print([paper]).trim()}</pre>
        </details>
      ))}
    </section>
  );
}

async function RelatedSection({
  paper,
  title,
}: {
  paper: StoredPaper;
  title: string;
}): Promise<ReactElement> {
  const { t } = pageTools();
  // Related papers are an extra: without the index the page is still the paper.
  const similar = await theSite()
    .similar([paper.key], RELATED_SHOWN)
    .catch((error: unknown) => {
      console.error("related papers failed:", error);
      return null;
    });
  const found = similar?.found ?? [];
  return (
    <section id="related" className="paper-section">
      <h2>{title}</h2>
      {found.length === 0 ? (
        <p className="muted">{t("paper.relatedNone")}</p>
      ) : (
        <>
          <p className="muted">
            {t(similar?.by === "vector" ? "paper.relatedByVector" : "paper.relatedByTerms")}
          </p>
          <HtmlBlock
            markup={html`<ol class="paper-lines">${found.map((hit) => paperLine(hit.paper))}</ol>`}
          />
          <p>
            <a href={`/search?${new URLSearchParams({ like: paper.key })}`}>{t("paper.moreRelated")}</a>
          </p>
        </>
      )}
    </section>
  );
}

function NotStored({ id }: { id: PaperId }): ReactElement {
  const { t } = pageTools();
  const links = sourceLinks(id);
  return (
    <div className="notice-page">
      <h1>{t("paper.notStoredTitle", { id: id.local })}</h1>
      <p>{t("paper.notStored")}</p>
      <ul className="ways-out">
        <li>
          <a href={links.page} rel="noopener">
            {t("paper.openAt", { label: links.label })}
          </a>
        </li>
        {links.pdf === null ? null : (
          <li>
            <a href={links.pdf} rel="noopener">
              {t("paper.readPdf")}
            </a>
          </li>
        )}
        <li>
          <a href={searchFor("")}>{t("paper.notStoredHint")}</a>
        </li>
      </ul>
    </div>
  );
}
