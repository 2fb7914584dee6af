import type { Paper, PaperId, VenueRef } from "@cool-papers/core";
import { z } from "zod";
import { cleanAbstract, cleanDoi, cleanLine, cleanUrl } from "../clean-text.ts";
import { requireArxivId, requireTitle, toAuthors, toKeywords, UNKNOWN_FIELDS } from "../paper-fields.ts";
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

/** How each name in `other_ids` (and `id_scheme`) becomes a local id; null when it cannot. */
const LOCAL_IDS: Readonly<Record<string, (id: string, row: VenueListRow) => PaperId | null>> = {
  acl: (local) => ({ scheme: "acl", local }),
  openreview: (local) => ({ scheme: "openreview", local }),
  pmlr: (local) => ({ scheme: "pmlr", local }),
  aaai: (local) => ({ scheme: "aaai", local }),
  arxiv: (text) => requireArxivId(text),
  cvf: (name, row) => ({ scheme: "cvf", local: `${row.venue}${row.year}/${name}` }),
  // Proceedings pages count from 1, file names pad to four digits: /proceedings/2024/29 and 0029.pdf are one paper.
  ijcai: (text) => ({ scheme: "ijcai", local: text.replace(/\/0+(?=\d)/u, "/") }),
  neurips: (hash, row) => ({ scheme: "neurips", local: `${row.year}/${hash}` }),
  virtual: (path, row) => {
    const host = virtualHost(row);
    return host ? { scheme: "virtual", local: `${host}/${path}` } : null;
  },
};

function virtualHost(row: VenueListRow): string | null {
  const own = row.id_scheme === "virtual" ? URL.parse(row.url ?? "")?.hostname.replace(/^www\./u, "") : undefined;
  return own ?? VIRTUAL_HOSTS[row.venue] ?? null;
}

/** ICLR 2023 published its groups by rank; they are what other years call oral and spotlight. */
const RANK_TRACKS: Readonly<Record<string, string>> = { "Top-5%": "Oral", "Top-25%": "Spotlight" };
const TRACK_NAMES: Readonly<Record<string, string>> = { main: "Main", "1": "Main" };
const NOT_ACCEPTED = /reject|withdraw|desk/iu;

function toVenueRef(row: VenueListRow): VenueRef {
  const track = cleanLine(row.track);
  const rank = RANK_TRACKS[track];
  return {
    venue: cleanLine(row.venue),
    year: row.year,
    track: rank ? "" : (TRACK_NAMES[track] ?? track),
    decision: rank ?? cleanLine(row.decision),
  };
}

function toPaper(row: VenueListRow): Paper {
  if (NOT_ACCEPTED.test(row.decision)) throw new UnusableRecordError(`decision: the paper was not accepted (${row.decision.slice(0, 40)})`);
  if (cleanLine(row.venue) === "") throw new UnusableRecordError("venue: it is empty");
  const id = toPaperId(row.id_scheme, row.id.trim(), row);
  if (!id?.local) throw new UnusableRecordError(`id: ${JSON.stringify(row.id.slice(0, 80))} is not an id of ${row.id_scheme}`);
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
      .map(([name, value]) => toPaperId(name, value.trim(), row))
      .filter((other) => other !== null)
      .filter((other) => other.scheme !== id.scheme || other.local !== id.local),
  };
}

function toPaperId(name: string, value: string, row: VenueListRow): PaperId | null {
  return value === "" ? null : (LOCAL_IDS[name]?.(value, row) ?? null);
}

/** `venues.jsonl.gz` of the shared data. */
export const venueListFormat = definePaperFormat({
  name: "venue-list",
  description: "accepted conference papers: venue, year, track, decision, id, id_scheme, title, authors[], abstract",
  recognises: (record) => "id_scheme" in record,
  schema: VenueListRow,
  toPaper,
});
