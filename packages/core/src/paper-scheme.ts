/** What each scheme's local id looks like, how it is canonicalised, and where the paper lives at its source. */
import { parseArxivId } from "./arxiv-id.ts";
import { parseDoi } from "./doi.ts";
import type { PaperId, PaperScheme } from "./paper-id.ts";

/** Where a paper is at its source. */
export interface SourceLinks {
  /** Address of the paper's page. */
  readonly page: string;
  /** Address of the PDF, null when it cannot be derived from the id. */
  readonly pdf: string | null;
  /** Name of the source as readers know it. */
  readonly label: string;
}

interface SchemeRule {
  /** Name after the last `@` in `/venue/…@Name`; the path of arXiv papers has none. */
  readonly site: string;
  /** Canonical id of a local id as people and sources write it; null when it is none. */
  readonly parse: (local: string) => PaperId | null;
  /** Links for a canonical local id. */
  readonly links: (local: string) => SourceLinks;
}

/**
 * A rule for a pattern whose groups, joined by a slash, are the canonical local id.
 * Groups that did not take part are left out.
 */
function byPattern(scheme: PaperScheme, pattern: RegExp): (local: string) => PaperId | null {
  return (local) => {
    const match = local.length <= 300 ? pattern.exec(local) : null;
    return (
      match && {
        scheme,
        local: match
          .slice(1)
          .filter((part) => part !== undefined)
          .join("/"),
      }
    );
  };
}

/** The years 1965 to 2019 of the Anthology's old ids; later volumes have the new form. */
const ACL_OLD = /^([A-Za-z](?:6[5-9]|[7-9]\d|[01]\d)-\d{4})$/;
const ACL_NEW = /^((?:19|20)\d{2}\.[a-z0-9_]+-[a-z0-9]+\.[1-9]\d{0,4})$/;

function parseAclLocal(local: string): PaperId | null {
  const old = ACL_OLD.exec(local)?.[1]?.toUpperCase();
  // Paper 000 (in W volumes 00) is the volume's front matter.
  if (old !== undefined) return /000$|^W..-..00$/.test(old) ? null : { scheme: "acl", local: old };
  const lower = local.toLowerCase();
  return ACL_NEW.test(lower) ? { scheme: "acl", local: lower } : null;
}

/** Hosts of the conferences' virtual sites. The neural-information site answers under two names. */
const VIRTUAL_HOSTS: Readonly<Record<string, string>> = {
  "nips.cc": "nips.cc",
  "neurips.cc": "nips.cc",
  "icml.cc": "icml.cc",
  "iclr.cc": "iclr.cc",
  "mlsys.org": "mlsys.org",
  "virtual.aistats.org": "virtual.aistats.org",
  "aistats.org": "virtual.aistats.org",
  "cvpr.thecvf.com": "cvpr.thecvf.com",
  "iccv.thecvf.com": "iccv.thecvf.com",
  "wacv.thecvf.com": "wacv.thecvf.com",
  "eccv.ecva.net": "eccv.ecva.net",
};
const VIRTUAL_PATH = /^((?:www\.)?[a-z.]+)\/(20\d{2})\/(poster|oral|spotlight|paper)\/([1-9]\d{0,7})$/i;

function parseVirtualLocal(local: string): PaperId | null {
  const match = VIRTUAL_PATH.exec(local);
  const host = VIRTUAL_HOSTS[match?.[1]?.toLowerCase().replace(/^www\./, "") ?? ""];
  if (!match || host === undefined) return null;
  return { scheme: "virtual", local: `${host}/${match[2]}/${match[3]?.toLowerCase()}/${match[4]}` };
}

/** Splits a canonical local id at its slashes; the pattern of its rule has promised the parts. */
function parts(local: string): readonly [string, string, string, string] {
  const [first = "", second = "", third = "", fourth = ""] = local.split("/");
  return [first, second, third, fourth];
}

/** The folder of a CVF edition: `content/CVPR2025` since 2021, `content_CVPR_2019` (lower case to 2018) before. */
function cvfFolder(edition: string): string {
  const match = /^([A-Z]+)(\d{4})(W?)$/.exec(edition);
  if (!match || Number(match[2]) >= 2021) return `content/${edition}`;
  const name = `${match[1]}${match[3]}`;
  const isLowerCase = Number(match[2]) <= 2018 && match[1] !== "ECCV";
  return `content_${isLowerCase ? name.toLowerCase() : name}_${match[2]}`;
}

function cvfLinks(local: string): SourceLinks {
  const names = local.split("/");
  const [edition = "", workshop] = names;
  const name = encodeURIComponent(names.at(-1) ?? "");
  const folder = cvfFolder(edition) + (names.length > 2 ? `/${workshop}` : "");
  const base = `https://openaccess.thecvf.com/${folder}`;
  return { page: `${base}/html/${name}.html`, pdf: `${base}/papers/${name}.pdf`, label: "CVF" };
}

function neuripsLinks(local: string): SourceLinks {
  const [year, hash] = parts(local);
  const suffix = Number(year) >= 2022 ? "-Conference" : "";
  const base = `https://proceedings.neurips.cc/paper_files/paper/${year}`;
  return {
    page: `${base}/hash/${hash}-Abstract${suffix}.html`,
    pdf: `${base}/file/${hash}-Paper${suffix}.pdf`,
    label: "NeurIPS",
  };
}

export const SCHEME_RULES: Readonly<Record<PaperScheme, SchemeRule>> = {
  arxiv: {
    site: "arXiv",
    parse: parseArxivId,
    links: (local) => ({
      page: `https://arxiv.org/abs/${local}`,
      pdf: `https://arxiv.org/pdf/${local}`,
      label: "arXiv",
    }),
  },
  openreview: {
    site: "OpenReview",
    parse: byPattern("openreview", /^([A-Za-z0-9_-]{6,16})$/),
    links: (local) => ({
      page: `https://openreview.net/forum?id=${local}`,
      pdf: `https://openreview.net/pdf?id=${local}`,
      label: "OpenReview",
    }),
  },
  acl: {
    site: "ACL",
    parse: parseAclLocal,
    links: (local) => ({
      page: `https://aclanthology.org/${local}/`,
      pdf: `https://aclanthology.org/${local}.pdf`,
      label: "ACL Anthology",
    }),
  },
  pmlr: {
    site: "PMLR",
    parse: (local) => byPattern("pmlr", /^([vr]\d{1,4})\/([a-z0-9][a-z0-9_'-]{0,80})$/)(local.toLowerCase()),
    links: (local) => {
      // Newer volumes (as seen in 2026) keep their files in the volume's repository, not beside the page.
      const [volume, name] = parts(local);
      const base = `https://proceedings.mlr.press/${volume}/${name}`;
      const isInRepository = volume === "v235" || volume === "v244" || Number(volume.slice(1)) >= 252;
      const pdf = isInRepository
        ? `https://raw.githubusercontent.com/mlresearch/${volume}/main/assets/${name}/${name}.pdf`
        : `${base}/${name}.pdf`;
      return { page: `${base}.html`, pdf, label: "PMLR" };
    },
  },
  ijcai: {
    site: "IJCAI",
    parse: byPattern("ijcai", /^((?:19|20)\d{2})\/0*([1-9]\d{0,4})$/),
    links: (local) => {
      const [year, number] = parts(local);
      const base = `https://www.ijcai.org/proceedings/${year}`;
      return { page: `${base}/${number}`, pdf: `${base}/${number.padStart(4, "0")}.pdf`, label: "IJCAI" };
    },
  },
  cvf: {
    site: "CVF",
    parse: byPattern(
      "cvf",
      /^((?:CVPR|ICCV|WACV|ECCV|ACCV)20\d{2}W?)(?:\/([\w-]{1,80}))?\/([^\s/?#,@%]{1,240}_paper)$/,
    ),
    links: cvfLinks,
  },
  neurips: {
    site: "NeurIPS",
    parse: (local) => byPattern("neurips", /^((?:19|20)\d{2})\/([0-9a-f]{32})$/)(local.toLowerCase()),
    links: neuripsLinks,
  },
  aaai: {
    site: "AAAI",
    parse: byPattern("aaai", /^0*([1-9]\d{0,6})$/),
    links: (local) => ({
      page: `https://ojs.aaai.org/index.php/AAAI/article/view/${local}`,
      pdf: null,
      label: "AAAI",
    }),
  },
  usenix: {
    site: "USENIX",
    parse: (local) =>
      byPattern("usenix", /^([a-z][a-z0-9-]{1,40})\/([a-z0-9][a-z0-9_-]{0,80})$/)(local.toLowerCase()),
    links: (local) => {
      const [conference, slug] = parts(local);
      return {
        page: `https://www.usenix.org/conference/${conference}/presentation/${slug}`,
        pdf: null,
        label: "USENIX",
      };
    },
  },
  virtual: {
    site: "Virtual",
    parse: parseVirtualLocal,
    links: (local) => {
      const [host, ...rest] = local.split("/");
      return { page: `https://${host}/virtual/${rest.join("/")}`, pdf: null, label: host ?? "" };
    },
  },
  doi: {
    site: "DOI",
    parse: parseDoi,
    links: (local) => ({ page: `https://doi.org/${encodeDoi(local)}`, pdf: null, label: "DOI" }),
  },
};

/** DOI names may hold characters that end or split an address; the slashes stay. */
function encodeDoi(doi: string): string {
  return encodeURIComponent(doi).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%3B", ";");
}
