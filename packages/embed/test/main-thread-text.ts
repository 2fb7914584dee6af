import { WordPieceTokenizer } from "@cool-papers/text";
import { vi } from "vitest";

/**
 * Counts the characters and bytes that this thread parses, tokenises and serialises: what may take long on a large
 * request. A count instead of a time: it is the same on a busy machine.
 */
export function watchMainThreadText(): { readonly handled: () => number; readonly end: () => void } {
  const { parse, stringify } = JSON;
  const { decode } = TextDecoder.prototype;
  const encodeUtf8 = TextEncoder.prototype.encode;
  const { encode } = WordPieceTokenizer.prototype;
  let handled = 0;
  const spies = [
    vi.spyOn(JSON, "parse").mockImplementation((text, reviver) => {
      handled += String(text).length;
      return parse(text, reviver);
    }),
    vi.spyOn(JSON, "stringify").mockImplementation((...call: Parameters<typeof stringify>) => {
      const text = stringify(...call);
      handled += text?.length ?? 0;
      return text;
    }),
    vi.spyOn(TextDecoder.prototype, "decode").mockImplementation(function (this: TextDecoder, ...call) {
      handled += call[0]?.byteLength ?? 0;
      return decode.apply(this, call);
    }),
    vi.spyOn(TextEncoder.prototype, "encode").mockImplementation(function (this: TextEncoder, text) {
      handled += text?.length ?? 0;
      return encodeUtf8.call(this, text);
    }),
    vi.spyOn(WordPieceTokenizer.prototype, "encode").mockImplementation(function (
      this: WordPieceTokenizer,
      ...call
    ) {
      handled += call[0].length;
      return encode.apply(this, call);
    }),
  ];
  return {
    handled: () => handled,
    end() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
