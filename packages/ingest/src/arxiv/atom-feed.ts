import type { Paper } from "@cool-papers/core";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import { cleanAbstract, cleanDoi, cleanLine, cleanOptionalLine } from "../clean-text.ts";
import { SourceAnswerError } from "../errors.ts";
import {
  computedAnnouncement,
  requireArxivId,
  requireInstant,
  requireTitle,
  saysWithdrawn,
  toAuthors,
  toCategories,
  UNKNOWN_FIELDS,
} from "../paper-fields.ts";
import { MAX_AUTHORS, UnusableRecordError, wire } from "../paper-format.ts";

/** The text of an element; one with attributes (namespaces were declared on each for years) is an object in the tree. */
function text(schema: z.ZodType<string>) {
  return z.preprocess(
    (node) => (typeof node === "object" && node !== null && "#text" in node ? node["#text"] : node),
    schema,
  );
}
const optionalText = text(wire.short).optional().catch(undefined);

/** An entry of the Query API's Atom feed (https://info.arxiv.org/help/api/user-manual.html, section 3.3). */
const AtomEntry = z.object({
  /** `http://arxiv.org/abs/1706.03762v7`; of an error `http://arxiv.org/api/errors#…`. */
  id: text(wire.short),
  title: text(wire.title),
  summary: text(wire.abstract).default(""),
  published: optionalText,
  updated: optionalText,
  author: z
    .array(z.object({ name: wire.short }))
    .max(MAX_AUTHORS)
    .default([]),
  category: z.array(z.object({ "@term": wire.short })).default([]),
  "arxiv:primary_category": z.object({ "@term": wire.short }).optional(),
  "arxiv:comment": optionalText,
  "arxiv:journal_ref": optionalText,
  "arxiv:doi": optionalText,
});
type AtomEntry = z.infer<typeof AtomEntry>;

const AtomFeed = z.object({ feed: z.object({ entry: z.array(z.unknown()).default([]) }) });

const LISTS: ReadonlySet<string> = new Set(["entry", "author", "category"]);
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  // Numeric character references too; they occur in names.
  htmlEntities: true,
  isArray: (name) => LISTS.has(name),
});

/**
 * The papers of a Query API answer. Ids that arXiv does not know have no entry. Throws SourceAnswerError when the
 * answer is no such feed or is arXiv's "Error" entry.
 */
export function parseAtomFeed(xml: string): Paper[] {
  // Feeds of arXiv have none, and entity declarations are the one thing in XML that can grow.
  if (xml.includes("<!DOCTYPE"))
    throw new SourceAnswerError("arXiv's answer holds a document type declaration");
  return readEntries(xml).flatMap((raw) => {
    const entry = AtomEntry.safeParse(raw);
    if (!entry.success)
      throw new SourceAnswerError(
        `an entry of arXiv's answer is incomplete: ${z.prettifyError(entry.error)}`,
      );
    if (isError(entry.data))
      throw new SourceAnswerError(
        `arXiv refuses the question: ${cleanLine(entry.data.summary).slice(0, 200)}`,
      );
    return isEmpty(entry.data) ? [] : [toPaperOrThrow(entry.data)];
  });
}

function readEntries(xml: string): readonly unknown[] {
  let tree: unknown;
  try {
    tree = parser.parse(xml, true);
  } catch (error) {
    throw new SourceAnswerError(`arXiv's answer is not XML: ${(error as Error).message.slice(0, 120)}`, {
      cause: error,
    });
  }
  const feed = AtomFeed.safeParse(tree);
  if (feed.success) return feed.data.feed.entry;
  throw new SourceAnswerError("arXiv's answer is not an Atom feed");
}

function isError(entry: AtomEntry): boolean {
  return entry.title.trim() === "Error" || entry.id.includes("/api/errors");
}

/** For an id of the right form that does not exist arXiv has also answered with an entry without content. */
function isEmpty(entry: AtomEntry): boolean {
  return entry.title.trim() === "" || !entry.published;
}

function toPaperOrThrow(entry: AtomEntry): Paper {
  try {
    return toPaper(entry);
  } catch (error) {
    if (!(error instanceof UnusableRecordError)) throw error;
    throw new SourceAnswerError(`an entry of arXiv's answer makes no sense: ${error.message}`, {
      cause: error,
    });
  }
}

function toPaper(entry: AtomEntry): Paper {
  const address = entry.id.replace(/^https?:\/\/arxiv\.org\/abs\//u, "");
  const version = /v(\d{1,4})$/u.exec(address)?.[1];
  const categories = toCategories(
    entry.category.map((category) => category["@term"]),
    entry["arxiv:primary_category"]?.["@term"] ?? null,
  );
  const submission = {
    submittedAt: requireInstant("published", entry.published ?? ""),
    submittedPrecision: "instant" as const,
  };
  const comments = cleanOptionalLine(entry["arxiv:comment"]);
  const abstract = cleanAbstract(entry.summary);
  return {
    ...UNKNOWN_FIELDS,
    ...submission,
    ...computedAnnouncement(submission),
    id: requireArxivId(address),
    version: version ? Number(version) : null,
    title: requireTitle(entry.title),
    abstract,
    authors: toAuthors(entry.author.map((author) => author.name)),
    categories,
    primaryCategory: categories[0] ?? null,
    updatedAt: entry.updated ? requireInstant("updated", entry.updated) : null,
    withdrawn: saysWithdrawn(comments, abstract),
    comments,
    journalRef: cleanOptionalLine(entry["arxiv:journal_ref"]),
    doi: cleanDoi(entry["arxiv:doi"]),
  };
}
