import { isIdeograph } from "@cool-papers/text";

/**
 * As much of a text as its first `tokens` tokens can come from, where that is easy to tell: ideographs are words of
 * their own, so between two of them a text can be cut without changing what stands before. Writing without spaces is
 * otherwise tokenised whole before it is cut, however long it is.
 */
export function readablePrefix(text: string, tokens: number): string {
  let ideographs = 0;
  // By code unit: the rare ideographs beyond 16 bits are not counted, which only keeps more of the text.
  for (let at = 0; at + 1 < text.length; at++) {
    if (!isIdeograph(text.charCodeAt(at))) continue;
    ideographs += 1;
    if (ideographs >= tokens && isIdeograph(text.charCodeAt(at + 1))) return text.slice(0, at + 1);
  }
  return text;
}
