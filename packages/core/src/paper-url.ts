/** The papers that an address names: one rule for each source, each site that mirrors arXiv's ids, and our own paths. */
import { parseArxivId } from "./arxiv-id.ts";
import { parseDoi } from "./doi.ts";
import { type PaperId, parseArxivIdList, parseLocalId, parseVenuePaperIdList } from "./paper-id.ts";

/** What the rules look at. Path segments are decoded and never empty. */
interface Address {
  readonly segments: readonly string[];
  readonly parameter: (name: string) => string | null;
}

type Rule = (address: Address) => readonly PaperId[];

function asList(id: PaperId | null): readonly PaperId[] {
  return id === null ? [] : [id];
}

/** An arXiv id that starts at a segment; old ids fill two (`hep-th`, `9901001`). File endings are dropped. */
function arxivIdAt(segments: readonly string[], index: number): PaperId | null {
  const clean = (text: string) => text.replace(/\.(?:pdf|html?|ps|gz|md)$/i, "");
  const first = segments[index];
  if (first === undefined) return null;
  const second = segments[index + 1];
  return (
    parseArxivId(clean(first)) ?? (second === undefined ? null : parseArxivId(`${first}/${clean(second)}`))
  );
}

/** Sections of arXiv's address space that hold one paper each; `/list/` and the like are no papers. */
const ARXIV_SECTIONS: ReadonlySet<string> = new Set(
  "abs pdf html format ps dvi src e-print tb pdfft other show-email bibtex u".split(" "),
);

const arxiv: Rule = ({ segments }) => {
  const section = segments[0]?.toLowerCase() ?? "";
  return ARXIV_SECTIONS.has(section) ? asList(arxivIdAt(segments, 1)) : [];
};

/** Sites whose paths end in an arXiv id after one of these words. */
const ARXIV_PARENTS: ReadonlySet<string> = new Set(
  "abs pdf html arxiv paper papers overview resources audio benchmark forum chat".split(" "),
);

/** An arXiv id anywhere after such a word; a list of ids after `arxiv` too (our own paths). */
const mirrored: Rule = ({ segments }) => {
  for (const [index, segment] of segments.entries()) {
    if (!ARXIV_PARENTS.has(segment.toLowerCase())) continue;
    const id = arxivIdAt(segments, index + 1);
    if (id) return [id];
    if (segment === "arxiv") return parseArxivIdList(segments.slice(index + 1).join("/")).ids;
  }
  return [];
};

/** Our own site, under any host: `/arxiv/<ids>`, `/venue/<ids>`. */
const ownPaths: Rule = (address) => {
  const [first, ...rest] = address.segments;
  if (first === "venue") return parseVenuePaperIdList(rest.join("/")).ids;
  return mirrored(address);
};

const openreview: Rule = ({ segments, parameter }) => {
  const id = parameter("id");
  const isPaperPage =
    segments.length === 1 && /^(?:forum|pdf|attachment|revisions|notes)$/i.test(segments[0] ?? "");
  return id !== null && isPaperPage ? asList(parseLocalId("openreview", id)) : [];
};

/** The Anthology's sections about people, events and volumes are no papers. */
const ACL_SECTIONS = /^(?:people|events|volumes|venues|sigs|faq|info|posts|search|memoria)$/i;

const acl: Rule = ({ segments }) => {
  if (ACL_SECTIONS.test(segments[0] ?? "")) return [];
  const last = segments.at(-1) ?? "";
  const name = last
    .replace(/\.(?:pdf|bib|xml|endf|zip|tgz|mp4|[a-z]+\.(?:pdf|zip|tgz|txt))$/i, "")
    .replace(/v\d+$/i, "");
  return asList(parseLocalId("acl", name));
};

const pmlr: Rule = ({ segments }) => {
  const at = segments.findIndex((segment) => /^[vr]\d{1,4}$/i.test(segment));
  const name = segments[at + 1]?.replace(/\.(?:html?|pdf|bib)$/i, "") ?? "";
  return at === -1 ? [] : asList(parseLocalId("pmlr", `${segments[at]}/${name}`));
};

/** Volume repositories: `mlresearch/v235/main/assets/key24a/key24a.pdf`. */
const pmlrRepository: Rule = ({ segments: [owner, volume, , folder, name] }) =>
  owner === "mlresearch" && folder === "assets" ? asList(parseLocalId("pmlr", `${volume}/${name}`)) : [];

const ijcai: Rule = ({ segments: [section, year, name = ""] }) =>
  section?.toLowerCase() === "proceedings"
    ? asList(parseLocalId("ijcai", `${year}/${name.replace(/\.pdf$/i, "")}`))
    : [];

const cvf: Rule = (address) => {
  const { segments } = address;
  if (segments[0] === "virtual") return [];
  const name = segments.at(-1)?.replace(/\.(?:html|pdf)$/i, "") ?? "";
  const old = /^content_([a-z]+?)(w|_workshops)?_(\d{4})(_workshops)?$/i.exec(segments[0] ?? "");
  const isNew = segments[0] === "content";
  const edition = old
    ? `${old[1]?.toUpperCase()}${old[3]}${old[2] || old[4] ? "W" : ""}`
    : (segments[1]?.replace(/^(.*)_(\d{4})$/, "$1$2") ?? "");
  const between = segments.slice(isNew ? 2 : 1, -2);
  const workshop = between.length === 1 ? `/${between[0]}` : "";
  return old || isNew ? asList(parseLocalId("cvf", `${edition}${workshop}/${name}`)) : [];
};

const neurips: Rule = ({ segments }) => {
  const year = segments.find((segment) => /^(?:19|20)\d{2}$/.test(segment));
  const hash = /^([0-9a-f]{32})-/i.exec(segments.at(-1) ?? "")?.[1];
  return year === undefined || hash === undefined ? [] : asList(parseLocalId("neurips", `${year}/${hash}`));
};

const aaai: Rule = ({ segments }) => {
  const at = segments.findIndex((segment) => segment.toLowerCase() === "article");
  const isAaai = segments[at - 1]?.toLowerCase() === "aaai";
  const action = segments[at + 1]?.toLowerCase() ?? "";
  return isAaai && /^(?:view|download)$/.test(action)
    ? asList(parseLocalId("aaai", segments[at + 2] ?? ""))
    : [];
};

const usenix: Rule = ({ segments: [first, conference, presentation, slug] }) =>
  first === "conference" && presentation === "presentation"
    ? asList(parseLocalId("usenix", `${conference}/${slug}`))
    : [];

/** `/virtual/2025/poster/33271`, with a place between in some years (`/virtual/2025/loc/san-diego/poster/1`). */
function virtualSite(host: string): Rule {
  return ({ segments }) => {
    const [section, year] = segments;
    const [kind, number] = segments.slice(-2);
    return section === "virtual" ? asList(parseLocalId("virtual", `${host}/${year}/${kind}/${number}`)) : [];
  };
}

const doi: Rule = ({ segments }) => asList(parseDoi(segments.join("/")));

/** Rules by host; a subdomain uses the rule of the longest host that it ends in. */
const RULES: Readonly<Record<string, Rule>> = {
  "arxiv.org": arxiv,
  "xxx.lanl.gov": arxiv,
  "xxx.itp.ac.cn": arxiv,
  "alphaxiv.org": mirrored,
  "ar5iv.org": mirrored,
  "ar5iv.labs.arxiv.org": mirrored,
  "huggingface.co": mirrored,
  "hf.co": mirrored,
  "openreview.net": openreview,
  "aclanthology.org": acl,
  "aclweb.org": acl,
  "proceedings.mlr.press": pmlr,
  "raw.githubusercontent.com": pmlrRepository,
  "ijcai.org": ijcai,
  "openaccess.thecvf.com": cvf,
  "proceedings.neurips.cc": neurips,
  "datasets-benchmarks-proceedings.neurips.cc": neurips,
  "papers.nips.cc": neurips,
  "papers.neurips.cc": neurips,
  "ojs.aaai.org": aaai,
  "usenix.org": usenix,
  "doi.org": doi,
  "nips.cc": virtualSite("nips.cc"),
  "neurips.cc": virtualSite("nips.cc"),
  "icml.cc": virtualSite("icml.cc"),
  "iclr.cc": virtualSite("iclr.cc"),
  "mlsys.org": virtualSite("mlsys.org"),
  "virtual.aistats.org": virtualSite("virtual.aistats.org"),
  "cvpr.thecvf.com": virtualSite("cvpr.thecvf.com"),
  "iccv.thecvf.com": virtualSite("iccv.thecvf.com"),
  "wacv.thecvf.com": virtualSite("wacv.thecvf.com"),
  "eccv.ecva.net": virtualSite("eccv.ecva.net"),
};

function ruleFor(host: string): Rule {
  const labels = host.split(".");
  for (let index = 0; index < labels.length - 1; index++) {
    const rule = RULES[labels.slice(index).join(".")];
    if (rule) return rule;
  }
  return ownPaths;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The papers that an address names, in order; none when it is no paper page. The protocol may be missing.
 * An address inside a parameter (a search engine's or mail program's redirect) counts when the outer one names none.
 */
export function paperIdsOfUrl(text: string): readonly PaperId[] {
  const absolute = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(absolute) ? new URL(absolute) : null;
  if (url === null) return [];
  const segments = url.pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map(decode);
  const ids = ruleFor(url.hostname.toLowerCase())({
    segments,
    parameter: (name) => url.searchParams.get(name),
  });
  if (ids.length > 0) return ids;
  for (const value of url.searchParams.values()) {
    if (/^https?:\/\//i.test(value) && value.length < text.length) return paperIdsOfUrl(value);
  }
  return [];
}
