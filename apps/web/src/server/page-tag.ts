import { createHash } from "node:crypto";

/**
 * Entity tag of a page: weak, since it is the same for every encoding, and blind to the nonce, which is another one each
 * time. `pieces` in order, in UTF-8.
 */
export function pageTag(pieces: readonly Buffer[], nonce: string): string {
  const hash = createHash("sha1");
  for (const piece of pieces) {
    let from = 0;
    for (let at = piece.indexOf(nonce); at >= 0; at = piece.indexOf(nonce, from)) {
      hash.update(piece.subarray(from, at));
      from = at + nonce.length;
    }
    hash.update(piece.subarray(from));
  }
  return `W/"${hash.digest("base64url")}"`;
}

/** Whether a client that sends this If-None-Match header has the page already (RFC 9110, 13.1.2). */
export function matchesTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const opaque = (text: string): string => text.trim().replace(/^W\//, "");
  return (ifNoneMatch ?? "").split(",").some((known) => opaque(known) === opaque(tag));
}
