/**
 * The record. One wide row per paper as its sources describe it; the two narrow tables `category_listings` and
 * `paper_ids` are inversions of its arrays, written in the same transaction, so that lists and look-ups need no scan;
 * so are `venues` and `editions`, which hold what papers of one year of one series have in common.
 *
 * There are no foreign keys between papers and the narrow tables: a check per row would cost a bulk import a third of its speed,
 * and one function (`upsertPapers`) writes all three. Keys are compared by bytes (`COLLATE "C"`), so that paging by
 * key means the same on every server. No extension is used.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  date,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

const byteText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** Every write takes the next number, in commit order (writers hold one advisory lock): see `latestChange`. */
export const changeSequence = pgSequence("change_sequence");

export const papers = pgTable(
  "papers",
  {
    /** Printed PaperId, `arxiv:2104.09864`. */
    key: byteText("key").primaryKey(),
    /** Key of the representative of the work this paper belongs to; its own key when it stands alone. */
    workKey: byteText("work_key").notNull(),
    version: integer("version"),
    title: text("title").notNull(),
    abstract: text("abstract").notNull(),
    abstractKind: text("abstract_kind").notNull(),
    /** `Author[]` in order. An array in the row, not a table: six rows a paper would double an import, and authors are searched in the index. */
    authors: jsonb("authors").notNull(),
    /** Canonical ids, primary first. */
    categories: text("categories").array().notNull(),
    primaryCategory: text("primary_category"),
    submittedAt: timestamp("submitted_at", { withTimezone: true, mode: "string" }),
    submittedPrecision: text("submitted_precision").notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true, mode: "string" }),
    announcedOn: date("announced_on", { mode: "string" }),
    announcedProvenance: text("announced_provenance"),
    withdrawn: boolean("withdrawn").notNull(),
    comments: text("comments"),
    journalRef: text("journal_ref"),
    doi: text("doi"),
    license: text("license"),
    venue: byteText("venue"),
    venueYear: smallint("venue_year"),
    track: text("track"),
    decision: text("decision"),
    keywords: text("keywords").array().notNull(),
    pdfUrl: text("pdf_url"),
    sourceUrl: text("source_url"),
    /** Printed ids of the same paper elsewhere, as the sources state them. */
    otherIds: text("other_ids").array().notNull(),
    /** First 64 bits of a hash of the normalised title, for linking; null when the title has no letters. */
    titleKey: bigint("title_key", { mode: "bigint" }),
    /** Hash of title and abstract: an embedding made from another text is stale. */
    textHash: text("text_hash").notNull(),
    /** Hash of all that the sources say: equal means nothing to write. */
    contentHash: text("content_hash").notNull(),
    createdSeq: bigint("created_seq", { mode: "number" }).notNull(),
    changeSeq: bigint("change_seq", { mode: "number" }).notNull(),
    storedAt: timestamp("stored_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    changedAt: timestamp("changed_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
  },
  (table) => [
    index("papers_work_key").on(table.workKey),
    index("papers_change_seq").on(table.changeSeq),
    index("papers_title_key").on(table.titleKey),
    index("papers_edition").on(table.venue, table.venueYear).where(sql`venue is not null`),
    index("papers_venue_created").on(table.createdSeq).where(sql`venue is not null`),
  ],
);

/** A paper in the lists of each of its categories, by listing day. */
export const categoryListings = pgTable(
  "category_listings",
  {
    category: byteText("category").notNull(),
    /** `-infinity` when the listing day is not known: the paper counts, but no day shows it. */
    listedOn: date("listed_on", { mode: "string" }).notNull(),
    paperKey: byteText("paper_key").notNull(),
    /** 0 is the primary category; others are cross-lists. */
    position: smallint("position").notNull(),
    /** True for the first of the paper's categories in an archive, so that counting an archive is a plain count. */
    firstInArchive: boolean("first_in_archive").notNull(),
  },
  (table) => [
    primaryKey({
      name: "category_listings_pkey",
      columns: [table.category, table.listedOn, table.paperKey],
    }),
  ],
);

/** Other ids (and DOIs, as `doi:…`) under which a paper is known. Several papers may name one id. */
export const paperIds = pgTable(
  "paper_ids",
  {
    otherKey: byteText("other_key").notNull(),
    paperKey: byteText("paper_key").notNull(),
  },
  (table) => [
    primaryKey({ name: "paper_ids_pkey", columns: [table.otherKey, table.paperKey] }),
    index("paper_ids_paper_key").on(table.paperKey),
  ],
);

/** Series of conferences and journals that papers name. What is known of one beyond its id is in `known-venues.ts`. */
export const venues = pgTable("venues", {
  /** As readers write it and addresses spell it: ICLR. */
  id: byteText("id").primaryKey(),
  /** In full; null where it is not known. */
  name: text("name"),
  /** `conference`, `journal` or `workshop`. */
  kind: text("kind"),
  site: text("site"),
});

/** Years of venues, with counts that every writer of papers keeps right: see `count-editions.ts`. */
export const editions = pgTable(
  "editions",
  {
    venue: byteText("venue")
      .notNull()
      .references(() => venues.id),
    year: smallint("year").notNull(),
    /** `ICLR 2025`. */
    name: text("name").notNull(),
    /** Records that name the edition. */
    papers: integer("papers").notNull(),
    /** Works among them: a paper with two records in the edition counts once. 0 when all have left it. */
    works: integer("works").notNull(),
    /** When the record took in its first and its latest paper. */
    firstStoredAt: timestamp("first_stored_at", { withTimezone: true, mode: "string" }).notNull(),
    lastStoredAt: timestamp("last_stored_at", { withTimezone: true, mode: "string" }).notNull(),
  },
  (table) => [primaryKey({ name: "editions_pkey", columns: [table.venue, table.year] })],
);

/** How often readers opened a paper's PDF and FAQ. */
export const paperCounters = pgTable(
  "paper_counters",
  {
    paperKey: byteText("paper_key").primaryKey(),
    pdf: integer("pdf").notNull().default(0),
    faq: integer("faq").notNull().default(0),
    changeSeq: bigint("change_seq", { mode: "number" }).notNull(),
  },
  (table) => [index("paper_counters_change_seq").on(table.changeSeq)],
);

export const embeddingModels = pgTable("embedding_models", {
  model: byteText("model").primaryKey(),
  dimension: integer("dimension").notNull(),
  /** `int8` or `float16`. */
  encoding: text("encoding").notNull(),
});

export const embeddings = pgTable(
  "embeddings",
  {
    model: byteText("model").notNull(),
    paperKey: byteText("paper_key").notNull(),
    /** `papers.text_hash` of the text that was embedded. */
    textHash: text("text_hash").notNull(),
    vector: bytes("vector").notNull(),
    /** What one unit of the stored numbers is worth; 1 for float16. */
    scale: real("scale").notNull(),
  },
  (table) => [primaryKey({ name: "embeddings_pkey", columns: [table.model, table.paperKey] })],
);

/** Papers that a worker is embedding now, so that no other does: see `claim-embeddings.ts`. */
export const embeddingClaims = pgTable(
  "embedding_claims",
  {
    model: byteText("model").notNull(),
    paperKey: byteText("paper_key").notNull(),
    /** A name that the worker made up for its run. */
    claimedBy: text("claimed_by").notNull(),
    /** By the database's clock; after it anyone may take the paper over. */
    claimedUntil: timestamp("claimed_until", { withTimezone: true, mode: "string" }).notNull(),
  },
  (table) => [primaryKey({ name: "embedding_claims_pkey", columns: [table.model, table.paperKey] })],
);

/** Positions of imports and harvests, and cached counts: a name and its JSON. */
export const state = pgTable("state", {
  name: byteText("name").primaryKey(),
  value: jsonb("value").notNull(),
  changedAt: timestamp("changed_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
});
