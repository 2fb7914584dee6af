import type { Locale } from "../i18n/locale.ts";
import { type Translate, translatorFor } from "../i18n/translate.ts";
import { type RequestContext, requestContext } from "../server/request-context.ts";

/** What every page starts from. */
export interface PageTools {
  readonly context: RequestContext;
  readonly locale: Locale;
  readonly t: Translate;
  /** Path and query of the request. */
  readonly address: URL;
}

export function pageTools(): PageTools {
  const context = requestContext();
  return {
    context,
    locale: context.locale,
    t: translatorFor(context.locale),
    address: new URL(context.url, "http://site.invalid"),
  };
}
