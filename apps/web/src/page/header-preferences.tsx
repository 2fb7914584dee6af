import type { ReactElement } from "react";
import type { Theme } from "../server/request-context.ts";
import { pageTools } from "./page-tools.ts";
import { THEME_KEYS } from "./preference-forms.tsx";

/** What the button of the header leads to: round in a circle, so that one button reaches all three. */
const NEXT_THEME: Record<Theme, Theme> = { auto: "dark", dark: "light", light: "auto" };

/** Language and colours at the head of every page, small; the footer has the same choice in words. */
export function HeaderPreferences(): ReactElement {
  const { t, context, locale } = pageTools();
  const other = locale === "en" ? "zh" : "en";
  const next = NEXT_THEME[context.theme];
  const label = t("site.themeSwitch", { now: t(THEME_KEYS[context.theme]), next: t(THEME_KEYS[next]) });
  return (
    <form className="header-preferences" action="/preferences" method="post" data-preferences>
      <input type="hidden" name="return" value={context.url} />
      <button type="submit" name="locale" value={other} lang={other} title={t("site.otherLanguageLabel")}>
        {t("site.otherLanguage")}
      </button>
      <button type="submit" name="theme" value={next} aria-label={label} title={label}>
        <ThemeIcon theme={context.theme} />
      </button>
    </form>
  );
}

/** A sun, a moon, or a disc that is half of each; drawn on 20 by 20. */
function ThemeIcon({ theme }: { theme: Theme }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {theme === "light" ? (
        <>
          <circle cx="10" cy="10" r="3.6" fill="currentColor" />
          <path d="M10 1.5v2.6M10 15.9v2.6M1.5 10h2.6M15.9 10h2.6M4 4l1.8 1.8M14.2 14.2 16 16M4 16l1.8-1.8M14.2 5.8 16 4" />
        </>
      ) : theme === "dark" ? (
        <path d="M16.8 11.9A7.2 7.2 0 0 1 8.1 3.2a7.2 7.2 0 1 0 8.7 8.7Z" fill="currentColor" />
      ) : (
        <>
          <circle cx="10" cy="10" r="7" />
          <path d="M10 3a7 7 0 0 1 0 14Z" fill="currentColor" />
        </>
      )}
    </svg>
  );
}
