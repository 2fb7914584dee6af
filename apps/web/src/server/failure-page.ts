import { translatorFor } from "../i18n/translate.ts";
import { escapeHtml } from "../view/html.ts";
import type { RequestContext } from "./request-context.ts";

/** The page for a fault of ours: complete without Next, which would leave it to scripts; no detail of the fault. */
export function renderFailurePage({ locale, theme }: RequestContext): string {
  const t = translatorFor(locale);
  const text = (key: Parameters<typeof t>[0]): string => escapeHtml(t(key));
  const scheme = theme === "auto" ? "light dark" : theme;
  return `<!DOCTYPE html>
<html lang="${locale === "zh" ? "zh-CN" : "en"}" style="color-scheme: ${scheme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text("problem.failedTitle")}</title></head>
<body style="font: 1.1rem/1.5 Georgia, serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<main><h1 style="font-size: 1.5rem">${text("problem.failedTitle")}</h1>
<p>${text("problem.failed")}</p>
<p><a href="/">${text("problem.toHome")}</a></p></main>
</body></html>`;
}
