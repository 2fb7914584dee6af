/** ASCII forms of full-width and curly punctuation; control characters are blanks. */
export function normalizePunctuation(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/[“”„‟＂「」『』]/g, '"')
    .replaceAll("：", ":")
    .replaceAll("＞", ">")
    .replaceAll("＜", "<")
    .replaceAll("｜", "|")
    .replaceAll(/(^|\s)[－−–—]+(?=\S)/g, "$1-")
    .replaceAll(/[\p{Cc}\u3000]/gu, " ");
}
