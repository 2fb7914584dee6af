import { splitMath } from "@cool-papers/core";

/** Signs of mathematics that plain text has too. */
const SIGNS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ " +
    "mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ " +
    "Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ infty ∞ pm ± mp ∓ times × cdot · div ÷ " +
    "ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ otimes ⊗ sim ∼ simeq ≃ approx ≈ cong ≅ equiv ≡ propto ∝ leq ≤ le ≤ geq ≥ ge ≥ " +
    "ll ≪ gg ≫ lesssim ≲ gtrsim ≳ neq ≠ ne ≠ to → rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ " +
    "Leftrightarrow ⇔ mapsto ↦ longrightarrow ⟶ uparrow ↑ downarrow ↓ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ " +
    "supseteq ⊇ cup ∪ cap ∩ setminus ∖ emptyset ∅ varnothing ∅ forall ∀ exists ∃ neg ¬ land ∧ lor ∨ wedge ∧ vee ∨ " +
    "partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ perp ⊥ parallel ∥ mid | " +
    "ldots … cdots ⋯ dots … prime ′ dagger † dag † degree ° deg ° odot ⊙ Vert ‖ vert | % % & & # # _ _ { { } } $ $ | ‖"
  )
    .split(" ")
    .flatMap((word, index, words) => (index % 2 === 0 ? [[word, words[index + 1] ?? ""]] : [])),
);

/** Commands whose name is what they print. */
const WORDS =
  /^(?:log|ln|exp|sin|cos|tan|min|max|arg|argmin|argmax|sup|inf|lim|det|dim|ker|deg|gcd|Pr|mod|bmod)$/;

/** Commands that only change how their argument looks. */
const FACES =
  /^(?:mathrm|mathbf|mathit|mathsf|mathtt|mathcal|mathscr|mathfrak|text|textrm|textbf|textit|textsf|texttt|operatorname\*?|boldsymbol|bm|mbox|hbox|rm|bf|mathop|ensuremath)$/;

/** Commands that print nothing here: they size, space or place. */
const SILENT =
  /^(?:left|right|big|Big|bigg|Bigg|bigl|bigr|Bigl|Bigr|displaystyle|textstyle|scriptstyle|limits|nolimits|!|,|;|:|>|\/|xspace)$/;
const BLANK = /^(?: |quad|qquad|\\)$/;

const DOUBLE_STRUCK: Readonly<Record<string, string>> = {
  C: "ℂ",
  E: "𝔼",
  N: "ℕ",
  P: "ℙ",
  Q: "ℚ",
  R: "ℝ",
  Z: "ℤ",
};

const SUPERSCRIPTS = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻=⁼(⁽)⁾nⁿiⁱ";
const SUBSCRIPTS = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋=₌(₍)₎aₐeₑoₒxₓiᵢjⱼkₖnₙmₘpₚtₜ";

/** A formula that plain text cannot say. */
class NotReadable extends Error {}

/** Longest formula that is tried. Characters. */
const MAX_LENGTH = 300;

/**
 * Text with its simple formulas as plain Unicode (`$O(n^2)$` → `O(n²)`, `$\alpha \le 1$` → `α ≤ 1`), for places that
 * typeset nothing: feed readers, titles of windows. A formula that has no such form stays as its author wrote it.
 */
export function readableTex(text: string): string {
  return splitMath(text)
    .map(({ kind, content, source }) =>
      kind === "text" ? content.replace(TEXT_COMMAND, "$1") : (readableFormula(content) ?? source),
    )
    .join("");
}

const TEXT_COMMAND = /\\(?:emph|textit|textsl|textbf|texttt|textsc|textrm|textsf|underline|url)\{([^{}]*)\}/g;

function readableFormula(tex: string): string | null {
  if (tex.length > MAX_LENGTH) return null;
  try {
    return new FormulaReader(tex).readAll().replace(/\s+/g, " ").trim();
  } catch (error) {
    if (error instanceof NotReadable) return null;
    throw error;
  }
}

/** Reads a formula from left to right, once. */
class FormulaReader {
  readonly #tex: string;
  #index = 0;

  constructor(tex: string) {
    this.#tex = tex;
  }

  readAll(): string {
    let out = "";
    while (this.#index < this.#tex.length) {
      if (this.#tex[this.#index] === "}") throw new NotReadable();
      out += this.#atom();
    }
    return out;
  }

  #atom(): string {
    const character = String.fromCodePoint(this.#tex.codePointAt(this.#index)!);
    this.#index += character.length;
    if (character === "{") return this.#group();
    if (character === "\\") return this.#command();
    if (character === "^") return this.#script(SUPERSCRIPTS, "^");
    if (character === "_") return this.#script(SUBSCRIPTS, "_");
    if (character === "&" || character === "#") throw new NotReadable();
    if (character === "~") return " ";
    return character === "'" ? "′" : character;
  }

  /** What follows an opening brace, up to its partner. */
  #group(): string {
    let out = "";
    while (this.#tex[this.#index] !== "}") {
      if (this.#index >= this.#tex.length) throw new NotReadable();
      out += this.#atom();
    }
    this.#index++;
    return out;
  }

  #argument(): string {
    while (this.#tex[this.#index] === " ") this.#index++;
    if (this.#index >= this.#tex.length) throw new NotReadable();
    return this.#atom();
  }

  #command(): string {
    const name = /^(?:[A-Za-z]+\*?|[\s\S])/.exec(this.#tex.slice(this.#index))?.[0] ?? "";
    this.#index += name.length;
    if (SILENT.test(name)) return "";
    if (BLANK.test(name)) return " ";
    if (WORDS.test(name)) return name;
    if (FACES.test(name)) return this.#argument();
    if (Object.hasOwn(SIGNS, name)) return SIGNS[name]!;
    if (name === "mathbb" || name === "mathds") return this.#doubleStruck();
    if (name === "sqrt" && this.#tex[this.#index] !== "[") return `√${inParentheses(this.#argument())}`;
    if (name === "frac" || name === "tfrac" || name === "dfrac")
      return `${inParentheses(this.#argument())}/${inParentheses(this.#argument())}`;
    throw new NotReadable();
  }

  #doubleStruck(): string {
    const letter = this.#argument();
    return DOUBLE_STRUCK[letter] ?? letter;
  }

  /** `n^2` → `n²`; what has no raised or lowered form keeps its sign: `x^α`, `x^(a,b)`. */
  #script(forms: string, sign: string): string {
    const script = this.#argument();
    if (script === "∘" || script === "°") return "°";
    if (/^′+$/.test(script)) return script;
    const characters = [...script].map((character) => {
      const place = forms.indexOf(character);
      return place >= 0 && place % 2 === 0 ? forms[place + 1]! : null;
    });
    if (script !== "" && characters.every((character) => character !== null)) return characters.join("");
    return sign + ([...script].length > 1 ? `(${script})` : script);
  }
}

function inParentheses(text: string): string {
  return /^[\p{L}\p{N}.]+$/u.test(text) ? text : `(${text})`;
}
