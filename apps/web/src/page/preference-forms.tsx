import type { ReactElement } from "react";
import type { Theme } from "../server/request-context.ts";
import { KeysButton } from "./keys-sheet.tsx";
import { pageTools } from "./page-tools.ts";

export const THEME_KEYS = {
  auto: "site.themeAuto",
  light: "site.themeLight",
  dark: "site.themeDark",
} as const;

/** Language and colours: forms that set a cookie and come back, so that they work without script. */
export function PreferenceForms(): ReactElement {
  const { t, context, locale } = pageTools();
  const other = locale === "en" ? "zh" : "en";
  return (
    <div className="preferences">
      <form action="/preferences" method="post" data-preferences>
        <input type="hidden" name="return" value={context.url} />
        <button type="submit" name="locale" value={other} lang={other} title={t("site.otherLanguageLabel")}>
          {t("site.otherLanguage")}
        </button>
      </form>
      <form action="/preferences" method="post" data-preferences>
        <input type="hidden" name="return" value={context.url} />
        <fieldset className="theme-choice">
          <legend className="visually-hidden">{t("site.theme")}</legend>
          {(Object.keys(THEME_KEYS) as Theme[]).map((theme) => (
            <button
              key={theme}
              type="submit"
              name="theme"
              value={theme}
              aria-pressed={context.theme === theme}
            >
              {t(THEME_KEYS[theme])}
            </button>
          ))}
        </fieldset>
      </form>
      <KeysButton />
    </div>
  );
}
