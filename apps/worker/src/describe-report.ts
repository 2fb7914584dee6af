import type { FileReport, LinkReport, RunAllReport, StatsReport } from "@cool-papers/pipeline";
import { formatCount, formatDuration } from "./show-progress.ts";

/** What an import did, a sentence a line. */
export function describeImport(report: RunAllReport): string {
  const lines = report.files.map(describeFile);
  if (report.link) lines.push(describeLink(report.link));
  if (report.embed?.model) lines.push(describeEmbed(report.embed));
  if (report.index) lines.push(describeIndex(report.index));
  return lines.join("\n");
}

function describeFile(file: FileReport): string {
  const counts = `${formatCount(file.inserted)} new, ${formatCount(file.updated)} changed, ${formatCount(file.unchanged)} unchanged`;
  const resumed =
    file.resumedAfterLine > 0 ? `, went on after line ${formatCount(file.resumedAfterLine)}` : "";
  const rejected = file.rejectFile
    ? `; ${formatCount(file.rejected)} ${file.rejected === 1 ? "line" : "lines"} rejected, see ${file.rejectFile}`
    : "";
  return `${file.name}: ${counts} (${formatDuration(file.seconds)}${resumed})${rejected}`;
}

export function describeLink(report: LinkReport): string {
  const split = report.split > 0 ? `, split ${formatCount(report.split)}` : "";
  return `linked ${formatCount(report.linked)} papers to other versions of the same work${split} (${formatDuration(report.seconds)})`;
}

export function describeEmbed(report: { model: string | null; embedded: number; seconds: number }): string {
  if (report.model === null)
    return "no embedding model is installed: nothing to embed, search works on keywords";
  return `embedded ${formatCount(report.embedded)} papers with ${report.model} (${formatDuration(report.seconds)})`;
}

export function describeIndex(report: {
  mode: string;
  documents: number;
  vectors: number;
  seconds: number;
}): string {
  const what = report.mode === "full" ? "built the search index anew" : "brought the search index up to date";
  const vectors = report.vectors > 0 ? `, ${formatCount(report.vectors)} with vectors` : "";
  return `${what}: ${formatCount(report.documents)} documents written${vectors} (${formatDuration(report.seconds)})`;
}

export function describeStats(report: StatsReport): string {
  const rows = flatten({
    record: report.database,
    index: report.index,
  });
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function flatten(value: object, prefix = ""): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, string][] => {
    const path = prefix === "" ? name : `${prefix} ${name}`;
    if (typeof inner === "object" && inner !== null) return flatten(inner, path);
    return [[path, typeof inner === "number" ? formatCount(inner) : String(inner ?? "–")]];
  });
}
