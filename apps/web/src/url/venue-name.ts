/** Longest name of a venue in an address or a request. Characters. */
const MAX_LENGTH = 61;

/** True for what could be the name of a venue: letters, digits, and what stands between them. */
export function isVenueName(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[\p{L}\p{N}][\p{L}\p{N}&+ ._-]*$/u.test(text);
}
