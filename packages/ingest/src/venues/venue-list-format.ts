import {
  canonicalVenue,
  isSamePaperId,
  type Paper,
  type PaperId,
  parseLocalId,
  type VenueRef,
} from "@cool-papers/core";
import { z } from "zod";
import { cleanAbstract, cleanDoi, cleanLine, cleanUrl } from "../clean-text.ts";
import { requireTitle, toAuthors, toKeywords, UNKNOWN_FIELDS } from "../paper-fields.ts";
import { definePaperFormat, UnusableRecordError, wire } from "../paper-format.ts";

/** A row of `venues.jsonl.gz`: an accepted conference paper, with its id at whoever published it. */
const VenueListRow = z.object({
  venue: wire.short,
  year: z.int().min(1950).max(2100),
  track: z.string(),
  decision: z.string(),
  id: wire.short,
  id_scheme: z.enum(["acl", "openreview", "pmlr", "arxiv", "cvf", "virtual"]),
  title: wire.title,
  authors: wire.authorNames,
  abstract: wire.abstract,
  pdf: wire.optionalShort,
  url: wire.optionalShort,
  doi: wire.optionalShort,
  keywords: z.array(wire.short).default([]),
  other_ids: z.record(z.string(), z.string()).default({}),
});
type VenueListRow = z.infer<typeof VenueListRow>;

/** Sites of "virtual conference" pages whose host the row's own link does not give. */
const VIRTUAL_HOSTS: Readonly<Record<string, string>> = {
  ICML: "icml.cc",
  ICLR: "iclr.cc",
  NeurIPS: "nips.cc",
  CVPR: "cvpr.thecvf.com",
  ICCV: "iccv.thecvf.com",
  ECCV: "eccv.ecva.net",
};

type WireScheme = (typeof WIRE_SCHEMES)[number];
const WIRE_SCHEMES = [
  "acl",
  "openreview",
  "pmlr",
  "arxiv",
  "cvf",
  "virtual",
  "aaai",
  "ijcai",
  "neurips",
] as const;

/** The local id of each scheme where the list leaves out what the row's other columns say. */
const LOCAL_IDS: Readonly<Record<WireScheme, (id: string, row: VenueListRow) => string>> = {
  acl: (id) => id,
  openreview: (id) => id,
  pmlr: (id) => id,
  arxiv: (id) => id,
  aaai: (id) => id,
  ijcai: (id) => id,
  cvf: (name, row) => `${row.venue}${row.year}/${name}`,
  neurips: (hash, row) => `${row.year}/${hash}`,
  virtual: (path, row) => `${virtualHost(row)}/${path}`,
};

function virtualHost(row: VenueListRow): string {
  const own = row.id_scheme === "virtual" ? URL.parse(row.url ?? "")?.hostname : undefined;
  return own ?? VIRTUAL_HOSTS[row.venue] ?? "";
}

/** ICLR 2023 published its groups by rank; they are what other years call oral and spotlight. */
const RANK_TRACKS: Readonly<Record<string, string>> = { "Top-5%": "Oral", "Top-25%": "Spotlight" };
const TRACK_NAMES: Readonly<Record<string, string>> = { main: "Main", "1": "Main" };
const NOT_ACCEPTED = /reject|withdraw|desk/iu;

function toVenueRef(row: VenueListRow): VenueRef {
  const track = cleanLine(row.track);
  const rank = RANK_TRACKS[track];
  return {
    venue: canonicalVenue(cleanLine(row.venue)),
    year: row.year,
    track: rank ? "" : (TRACK_NAMES[track] ?? track),
    decision: rank ?? cleanLine(row.decision),
  };
}

function toPaper(row: VenueListRow): Paper {
  if (NOT_ACCEPTED.test(row.decision))
    throw new UnusableRecordError(`decision: the paper was not accepted (${row.decision.slice(0, 40)})`);
  if (cleanLine(row.venue) === "") throw new UnusableRecordError("venue: it is empty");
  const id = toPaperId(row.id_scheme, row.id, row);
  if (!id)
    throw new UnusableRecordError(
      `id: ${JSON.stringify(row.id.slice(0, 80))} is not an id of ${row.id_scheme}`,
    );
  return {
    ...UNKNOWN_FIELDS,
    id,
    title: requireTitle(row.title),
    abstract: cleanAbstract(row.abstract),
    authors: toAuthors(row.authors),
    doi: cleanDoi(row.doi),
    venue: toVenueRef(row),
    keywords: toKeywords(row.keywords),
    pdfUrl: cleanUrl(row.pdf),
    sourceUrl: cleanUrl(row.url),
    otherIds: Object.entries(row.other_ids)
      .map(([name, value]) => toPaperId(name, value, row))
      .filter((other) => other !== null)
      .filter((other) => !isSamePaperId(other, id)),
  };
}

function toPaperId(name: string, value: string, row: VenueListRow): PaperId | null {
  const scheme = WIRE_SCHEMES.find((candidate) => candidate === name);
  const id = scheme ? parseLocalId(scheme, LOCAL_IDS[scheme](value.trim(), row)) : null;
  return id && { scheme: id.scheme, local: id.local };
}

/** `venues.jsonl.gz` of the shared data. */
export const venueListFormat = definePaperFormat({
  name: "venue-list",
  description:
    "accepted conference papers: venue, year, track, decision, id, id_scheme, title, authors[], abstract",
  recognises: (record) => "id_scheme" in record,
  schema: VenueListRow,
  toPaper,
});
