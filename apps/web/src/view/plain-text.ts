/** A title or abstract for places that show no markup: mathematics without its dollars, blanks evened out. */
export function plainText(text: string): string {
  return text
    .replace(/\$\$?([^$]*)\$\$?/g, "$1")
    .replace(/\\(?:emph|textit|textsl|textbf|texttt|textsc|textrm|textsf|underline)\{([^{}]*)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
