/**
 * English stemming: M. F. Porter, "The English (Porter2) stemming algorithm" (snowballstem.org/algorithms/english).
 * Differs in that words with digits or letters beyond a-z are returned as they are.
 */
/** A Map: `constructor` is a word too. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    skis: "ski",
    skies: "sky",
    dying: "die",
    lying: "lie",
    tying: "tie",
    idly: "idl",
    gently: "gentl",
    ugly: "ugli",
    early: "earli",
    only: "onli",
    singly: "singl",
    sky: "sky",
    news: "news",
    howe: "howe",
    atlas: "atlas",
    cosmos: "cosmos",
    bias: "bias",
    andes: "andes",
  }),
);
const KEPT_AFTER_1A = new Set("inning outing canning herring earring proceed exceed succeed".split(" "));
const DOUBLES = /(bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const VOWEL = /[aeiouy]/;
const PLAIN = /^[a-z]+$/;

const STEP2: readonly (readonly [string, string])[] = [
  ["ization", "ize"],
  ["ational", "ate"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["tional", "tion"],
  ["biliti", "ble"],
  ["lessli", "less"],
  ["entli", "ent"],
  ["ation", "ate"],
  ["alism", "al"],
  ["aliti", "al"],
  ["ousli", "ous"],
  ["iviti", "ive"],
  ["fulli", "ful"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["abli", "able"],
  ["izer", "ize"],
  ["ator", "ate"],
  ["alli", "al"],
  ["bli", "ble"],
  ["ogi", "og"],
  ["li", ""],
];
const STEP3: readonly (readonly [string, string])[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["alize", "al"],
  ["icate", "ic"],
  ["iciti", "ic"],
  ["ative", ""],
  ["ical", "ic"],
  ["ness", ""],
  ["ful", ""],
];
const STEP4 = "ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic".split(" ");

/** The stem of one folded word: `mechanisms` and `mechanical` → `mechan`. */
export function stem(word: string): string {
  return runSteps(word, (inflected, r1, r2) => {
    let text = step2(inflected, r1);
    text = step3(text, r1, r2);
    return step4(text, r2);
  });
}

/**
 * The word without its inflection (plural, -ed, -ing), by the same algorithm less its steps 2 to 4, which take off
 * what makes another word: `mechanisms` → `mechanism`, `images` and `imaging` → `imag`. Words of one such form nearly
 * always share their stem.
 */
export function stripInflection(word: string): string {
  return runSteps(word, (inflected) => inflected);
}

function runSteps(word: string, derive: (inflected: string, r1: number, r2: number) => string): string {
  if (word.length < 3 || !PLAIN.test(word)) return word;
  const exception = EXCEPTIONS.get(word);
  if (exception !== undefined) return exception;
  let text = markConsonantY(word);
  const r1 = regionOne(text);
  const r2 = regionAfter(text, r1);
  text = step1a(text);
  if (KEPT_AFTER_1A.has(text)) return text;
  text = step1c(step1b(text, r1));
  return step5(derive(text, r1, r2), r1, r2).replaceAll("Y", "y");
}

function markConsonantY(word: string): string {
  if (!word.includes("y")) return word;
  return word.replace(/^y/, "Y").replace(/([aeiou])y/g, "$1Y");
}

function regionOne(text: string): number {
  const prefix = /^(gener|commun|arsen)/.exec(text);
  return prefix ? prefix[0].length : regionAfter(text, 0);
}

/** Index after the first non-vowel that follows a vowel, from `from`. */
function regionAfter(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (VOWEL.test(text[at - 1]!) && !VOWEL.test(text[at]!)) return at + 1;
  }
  return text.length;
}

function step1a(text: string): string {
  if (text.endsWith("sses")) return text.slice(0, -2);
  if (text.endsWith("ied") || text.endsWith("ies"))
    return text.length > 4 ? text.slice(0, -2) : text.slice(0, -1);
  if (text.endsWith("us") || text.endsWith("ss")) return text;
  if (text.endsWith("s") && VOWEL.test(text.slice(0, -2))) return text.slice(0, -1);
  return text;
}

function step1b(text: string, r1: number): string {
  const eed = /(eedly|eed)$/.exec(text);
  if (eed) return text.length - eed[0].length >= r1 ? `${text.slice(0, -eed[0].length)}ee` : text;
  const suffix = /(ingly|edly|ing|ed)$/.exec(text);
  if (!suffix) return text;
  const base = text.slice(0, -suffix[0].length);
  if (!VOWEL.test(base)) return text;
  if (/(at|bl|iz)$/.test(base)) return `${base}e`;
  if (DOUBLES.test(base)) return base.slice(0, -1);
  return isShort(base, r1) ? `${base}e` : base;
}

function endsInShortSyllable(text: string): boolean {
  return /[^aeiouy][aeiouy][^aeiouywxY]$/.test(text) || /^[aeiouy][^aeiouy]$/.test(text);
}

const isShort = (text: string, r1: number): boolean => r1 >= text.length && endsInShortSyllable(text);

function step1c(text: string): string {
  return text.length > 2 && /[^aeiouy][yY]$/.test(text) ? `${text.slice(0, -1)}i` : text;
}

function step2(text: string, r1: number): string {
  for (const [suffix, replacement] of STEP2) {
    if (!text.endsWith(suffix)) continue;
    const base = text.slice(0, -suffix.length);
    if (base.length < r1) return text;
    if (suffix === "ogi" && !base.endsWith("l")) return text;
    if (suffix === "li" && !/[cdeghkmnrt]$/.test(base)) return text;
    return base + replacement;
  }
  return text;
}

function step3(text: string, r1: number, r2: number): string {
  for (const [suffix, replacement] of STEP3) {
    if (!text.endsWith(suffix)) continue;
    const base = text.slice(0, -suffix.length);
    const region = suffix === "ative" ? r2 : r1;
    return base.length >= region ? base + replacement : text;
  }
  return text;
}

function step4(text: string, r2: number): string {
  for (const suffix of STEP4) {
    if (!text.endsWith(suffix)) continue;
    const base = text.slice(0, -suffix.length);
    if (base.length < r2) return text;
    if (suffix === "ion" && !/[st]$/.test(base)) return text;
    return base;
  }
  return text;
}

function step5(text: string, r1: number, r2: number): string {
  const base = text.slice(0, -1);
  if (text.endsWith("e")) {
    if (base.length >= r2) return base;
    if (base.length >= r1 && !endsInShortSyllable(base)) return base;
    return text;
  }
  return text.endsWith("ll") && base.length >= r2 ? base : text;
}
