/**
 * Character classes of the BERT normaliser (Devlin et al. 2018, `tokenization.py`), on code points.
 *
 * Where published implementations disagree we follow @huggingface/tokenizers, with one exception: ideographs
 * outside the Basic Multilingual Plane are split too, as in BERT's own code.
 */

const CONTROL = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u;
const PUNCTUATION = /^\p{P}$/u;

/** True for characters that BERT cleaning turns into a plain space. U+FEFF is no space here: it is removed. */
export function isSpace(codePoint: number): boolean {
  if (codePoint === 0x20 || codePoint === 0x09 || codePoint === 0x0a || codePoint === 0x0d) return true;
  if (codePoint < 0xa0) return false;
  return (
    codePoint === 0xa0 ||
    codePoint === 0x1680 ||
    (codePoint >= 0x2000 && codePoint <= 0x200a) ||
    codePoint === 0x2028 ||
    codePoint === 0x2029 ||
    codePoint === 0x202f ||
    codePoint === 0x205f ||
    codePoint === 0x3000
  );
}

/** True for characters that cleaning deletes: NUL, U+FFFD, control, format, private use, lone surrogates. */
export function isRemoved(codePoint: number): boolean {
  if (codePoint < 0x7f) return codePoint < 0x20 && !isSpace(codePoint);
  return codePoint === 0xfffd || CONTROL.test(String.fromCodePoint(codePoint));
}

/** True for Unicode punctuation and for every printable ASCII character that is neither letter nor digit. */
export function isPunctuation(codePoint: number): boolean {
  if (codePoint < 0x80) {
    return (
      (codePoint >= 0x21 && codePoint <= 0x2f) ||
      (codePoint >= 0x3a && codePoint <= 0x40) ||
      (codePoint >= 0x5b && codePoint <= 0x60) ||
      (codePoint >= 0x7b && codePoint <= 0x7e)
    );
  }
  return PUNCTUATION.test(String.fromCodePoint(codePoint));
}

/** True for the CJK ideograph blocks of BERT: Hangul and kana are not among them. */
export function isIdeograph(codePoint: number): boolean {
  if (codePoint < 0x3400) return false;
  return (
    (codePoint >= 0x4e00 && codePoint <= 0x9fff) ||
    (codePoint >= 0x3400 && codePoint <= 0x4dbf) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0x20000 && codePoint <= 0x2a6df) ||
    (codePoint >= 0x2a700 && codePoint <= 0x2b73f) ||
    (codePoint >= 0x2b740 && codePoint <= 0x2b81f) ||
    (codePoint >= 0x2b820 && codePoint <= 0x2ceaf) ||
    (codePoint >= 0x2f800 && codePoint <= 0x2fa1f)
  );
}
