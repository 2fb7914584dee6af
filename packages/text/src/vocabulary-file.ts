/** Pieces of a BERT `vocab.txt`: one a line, the line number is the id. Only `\n` and `\r\n` end a line. */
export function readVocabularyFile(text: string): string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** The text of a `vocab.txt`. */
export function writeVocabularyFile(vocabulary: readonly string[]): string {
  return `${vocabulary.join("\n")}\n`;
}
