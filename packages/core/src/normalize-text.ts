/** Forms of titles and names under which two descriptions of one work agree. Not for display. */
import { texToUnicode } from "./tex-text.ts";

/** Letters that Unicode does not decompose, and Greek letters by the names TeX gives them. */
const FOLDED: Readonly<Record<string, string>> = {
  ø: "o",
  ß: "ss",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ı: "i",
  ȷ: "j",
  ŋ: "n",
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "epsilon",
  ϵ: "epsilon",
  ζ: "zeta",
  η: "eta",
  θ: "theta",
  ι: "iota",
  κ: "kappa",
  λ: "lambda",
  μ: "mu",
  ν: "nu",
  ξ: "xi",
  ο: "o",
  π: "pi",
  ρ: "rho",
  σ: "sigma",
  ς: "sigma",
  τ: "tau",
  υ: "upsilon",
  φ: "phi",
  χ: "chi",
  ψ: "psi",
  ω: "omega",
  "∞": "infty",
};

/** Commands that only dress a letter; their names are no part of a title. */
const DRESSING =
  /\\(?:math(?:bb|bf|cal|rm|sf|it|frak|scr|tt|bm)|text(?:bf|it|rm|sf|tt|sc|up)?|boldsymbol|bm|operatorname|rm|bf|it|cal|tilde|widetilde|hat|widehat|bar|overline|left|right|mathrm|displaystyle)(?![a-z])/gi;

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[øßłđðþæœıȷŋ\u03b1-\u03c9ϵ∞]/gu, (letter) => FOLDED[letter] ?? letter);
}

/**
 * Letters and digits of a title, without case, accents, blanks, punctuation and TeX dressing, so that two writings of
 * one title agree: `$\ell_2$-Norm: A Study` and `ℓ2-norm – a study` give `l2normastudy`.
 */
export function normalizeTitle(text: string): string {
  const plain = texToUnicode(text)
    .replaceAll(DRESSING, "")
    .replaceAll(/\\ell(?![a-z])/g, "l")
    .replaceAll(/\\var(?=[a-z])/g, "");
  return fold(plain).replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

/**
 * Lower-case words of a name, given names first, without accents and dots: `Müller, Jürgen K.` → `jurgen k muller`.
 * Hyphens part words. Affiliations must be gone.
 */
export function normalizeAuthorName(name: string): string {
  const [family = "", given, ...more] = texToUnicode(name).split(",");
  const isInverted =
    given !== undefined && more.length === 0 && !/^\s*(?:jr|sr|ii|iii|iv)\.?\s*$/i.test(given);
  const inOrder = isInverted ? `${given} ${family}` : texToUnicode(name);
  return fold(inOrder)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .join(" ");
}
