import { escapeHtml } from "./html.ts";

/** Everything that XML 1.0 has no place for: most control characters, lone surrogates, U+FFFE and U+FFFF. */
const NO_XML_CHARACTERS = /[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Text as element content or in a quoted attribute of an XML document: well-formed whatever the text holds. */
export function xmlText(text: string): string {
  return escapeHtml(text.replace(/\r\n?/g, "\n").replace(NO_XML_CHARACTERS, ""));
}
