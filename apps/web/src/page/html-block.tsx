import type { ReactElement } from "react";
import type { Markup } from "../view/html.ts";

/** Puts finished markup into a page. `Markup` is only ever made by code that escapes. */
export function HtmlBlock({ markup, className }: { markup: Markup; className?: string }): ReactElement {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the type guarantees escaped markup.
  return <div className={className} dangerouslySetInnerHTML={{ __html: markup.value }} />;
}

export function HtmlSpan({ markup, lang }: { markup: Markup; lang?: string }): ReactElement {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the type guarantees escaped markup.
  return <span lang={lang} dangerouslySetInnerHTML={{ __html: markup.value }} />;
}
