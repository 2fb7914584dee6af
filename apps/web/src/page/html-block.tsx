import type { ReactElement } from "react";
import { keepMarkup } from "../server/request-context.ts";
import type { Markup } from "../view/html.ts";

/** Puts finished markup into a page, past React. `Markup` is only ever made by code that escapes. */
export function HtmlBlock({ markup, className }: { markup: Markup; className?: string }): ReactElement {
  return <div className={className} data-markup={keepMarkup(markup.value)} />;
}

export function HtmlSpan({ markup, lang }: { markup: Markup; lang?: string }): ReactElement {
  return <span lang={lang} data-markup={keepMarkup(markup.value)} />;
}
