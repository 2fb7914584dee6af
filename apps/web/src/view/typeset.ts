import katex from "katex";
import { LruCache } from "./lru-cache.ts";

/** Macros that authors use as if they were TeX's own. */
const MACROS: Record<string, string> = {
  "\\bm": "\\boldsymbol{#1}",
  "\\mathds": "\\mathbb{#1}",
  "\\ensuremath": "#1",
  "\\xspace": "",
};

/** A longer formula is most often an unclosed dollar, and costs more than a page may spend. Characters. */
const MAX_TEX_LENGTH = 1500;

/** KaTeX paints a command that it does not trust (a link, an image) in this colour: such a formula is shown as written. */
const REFUSED = "#c0ffee";

const rendered = new LruCache<string, string | null>(20_000);

/**
 * HTML and MathML of a formula, or null when KaTeX cannot typeset it or it is too long; the caller then shows the source as text.
 * KaTeX escapes its input; `trust: false` forbids links, images and raw HTML, and the limits stop macros that grow.
 */
export function typeset(tex: string, display: boolean): string | null {
  if (tex.length > MAX_TEX_LENGTH) return null;
  const key = `${display ? "d" : "i"}${tex}`;
  const known = rendered.get(key);
  if (known !== undefined) return known;
  const fresh = render(tex, display);
  rendered.set(key, fresh);
  return fresh;
}

function render(tex: string, display: boolean): string | null {
  try {
    const html = katex.renderToString(tex, {
      displayMode: display,
      output: "htmlAndMathml",
      throwOnError: true,
      strict: "ignore",
      trust: false,
      maxSize: 8,
      maxExpand: 300,
      // KaTeX writes \def into this object: a fresh one keeps one paper's macros out of the next paper.
      macros: { ...MACROS },
      errorColor: REFUSED,
    });
    return html.includes(REFUSED) ? null : html;
  } catch {
    return null;
  }
}
