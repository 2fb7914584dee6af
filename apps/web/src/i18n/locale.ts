export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];

/** Name of the cookie that holds a reader's choice of language. */
export const LOCALE_COOKIE = "locale";
export const THEME_COOKIE = "theme";

export function isLocale(value: string | undefined): value is Locale {
  return (LOCALES as readonly string[]).includes(value ?? "");
}

/**
 * The interface language: the reader's choice if there is one, else the first language of Accept-Language (by quality,
 * then order) that we speak, else English.
 */
export function chooseLocale(chosen: string | undefined, acceptLanguage: string | undefined): Locale {
  if (isLocale(chosen)) return chosen;
  const wanted = (acceptLanguage ?? "")
    .slice(0, 500)
    .split(",")
    .map((item) => {
      const [tag, ...parameters] = item.trim().toLowerCase().split(";");
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
      return { language: tag!.split("-")[0]!, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.map(({ language }) => language).find(isLocale) ?? "en";
}
