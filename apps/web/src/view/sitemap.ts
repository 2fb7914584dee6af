import { paperPath, parsePaperKey } from "@cool-papers/core";
import type { SitemapEntry } from "@cool-papers/db";
import { escapeHtml } from "./html.ts";

/** Addresses in one file (the protocol allows 50,000). */
export const SITEMAP_PAGE_SIZE = 20_000;

/** The index of all parts: one with the site's own pages, then the papers. */
export function sitemapIndex(siteUrl: string, pages: number): string {
  const parts = ["site", ...Array.from({ length: pages }, (_, page) => String(page))];
  const entries = parts.map(
    (part) => `<sitemap><loc>${escapeHtml(siteUrl)}/sitemap/${part}.xml</loc></sitemap>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join("\n")}\n</sitemapindex>\n`;
}

export function sitemapOfPaths(siteUrl: string, paths: readonly string[]): string {
  return urlSet(paths.map((path) => `<url><loc>${escapeHtml(siteUrl + path)}</loc></url>`));
}

export function sitemapOfPapers(siteUrl: string, entries: readonly SitemapEntry[]): string {
  return urlSet(
    entries.flatMap(({ key, changedOn }) => {
      const id = parsePaperKey(key);
      if (id === null) return [];
      return [
        `<url><loc>${escapeHtml(siteUrl + encodeURI(paperPath(id)))}</loc><lastmod>${changedOn}</lastmod></url>`,
      ];
    }),
  );
}

function urlSet(urls: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls.join("\n")}\n</urlset>\n`;
}
