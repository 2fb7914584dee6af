/**
 * Short texts in two languages out of the compiled gettext catalogues (`.mo`) of translated programs: what a menu, a
 * message or a game says in English and in simplified Chinese. Any folder tree with `zh_CN` in its paths serves, for
 * instance `/usr/share/locale` or unpacked packages.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { mo } from "gettext-parser";

export interface TranslatedText {
  readonly english: string;
  readonly chinese: string;
}

const IS_CATALOG = /(^|\/)[^/]*zh[_-](CN|Hans)\b.*\.mo$/;
const HAN = /\p{Script=Han}/gu;
const LEAST_HAN = 2;
const LEAST_HAN_SHARE = 0.4;
const MAX_CHINESE = 60;
const MAX_ENGLISH = 240;

/**
 * Every pair once, by its Chinese side, in the order of the paths. Texts that are mostly not Chinese, or too long to be
 * one sentence, are left out.
 *
 * @throws Error of the file system for a folder that cannot be read; a damaged catalogue counts as `skipped`
 */
export async function readCatalogs(
  folder: string,
): Promise<{ texts: TranslatedText[]; catalogs: number; skipped: number }> {
  const found = await readdir(folder, { recursive: true });
  const paths = found.filter((path) => IS_CATALOG.test(path.replaceAll("\\", "/"))).sort();
  const texts = new Map<string, TranslatedText>();
  let skipped = 0;
  for (const path of paths) {
    for (const text of await readCatalog(join(folder, path)).catch(() => {
      skipped++;
      return [];
    }))
      if (!texts.has(text.chinese)) texts.set(text.chinese, text);
  }
  return { texts: [...texts.values()], catalogs: paths.length - skipped, skipped };
}

async function readCatalog(path: string): Promise<TranslatedText[]> {
  const { translations } = mo.parse(await readFile(path));
  return Object.values(translations).flatMap((context) =>
    Object.values(context).flatMap(({ msgid, msgstr }) => {
      const [english, chinese] = [plainText(msgid), plainText(msgstr[0] ?? "")];
      return isPair(english, chinese) ? [{ english, chinese }] : [];
    }),
  );
}

function isPair(english: string, chinese: string): boolean {
  const han = chinese.match(HAN)?.length ?? 0;
  return (
    han >= LEAST_HAN &&
    han >= LEAST_HAN_SHARE * chinese.replaceAll(" ", "").length &&
    chinese.length <= MAX_CHINESE &&
    english.length <= MAX_ENGLISH &&
    /[A-Za-z]{2}/.test(english)
  );
}

/** Without markup, keyboard accelerators (`_File`, `文件(&F)`) and places for values (`%d`, `{name}`, `$count`). */
export function plainText(text: string): string {
  return text
    .replace(/<[^>]{0,200}>/g, "")
    .replace(/[(（]\s*[&_][A-Za-z0-9][)）]/g, "")
    .replace(/(?<![A-Za-z])[&_](?=[A-Za-z])/g, "")
    .replace(/%\d*\$?[sdifuxlc]+|%\d+|%\([a-z_]+\)s|\{[^}]*\}|\$\{?\w+\}?|~/g, "")
    .replace(/\s+/g, " ")
    .replace(/^[ .…:：·*\-•"“”]+|[ .…:：·*\-•"“”]+$/g, "");
}
