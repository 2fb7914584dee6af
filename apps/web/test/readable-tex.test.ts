import { splitMath } from "@cool-papers/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readableTex } from "../src/view/readable-tex.ts";

describe("readableTex", () => {
  it.each([
    ["$O(n^2)$ time and $\\alpha \\le 1$", "O(n²) time and α ≤ 1"],
    ["$x_{ij}$, $10^{-3}$, $\\ell_2$", "xᵢⱼ, 10⁻³, ℓ₂"],
    ["$\\mathbb{R}^d$ and $\\frac{a+b}{2}$, $\\sqrt{n}$", "ℝ^d and (a+b)/2, √n"],
    ["$$\\sum_{k=1}^n k$$", "∑ₖ₌₁ⁿ k"],
    ["$\\mathcal{O}(\\log n)$ at $90^\\circ$", "O(log n) at 90°"],
    ["$50\\%$ of \\emph{all} and \\textbf{most}", "50% of all and most"],
  ])("says %s as %s", (tex, text) => {
    expect(readableTex(tex)).toBe(text);
  });

  it.each([
    "$\\begin{matrix} 1$",
    "$\\widehat{x}$",
    "$\\href{javascript:alert(1)}{link}$",
    "from $5 to $10, which stay prices",
    "At last $this never closes",
    "$}$",
    "$\\frac{1}$",
  ])("leaves %s as it is written", (text) => {
    expect(readableTex(text)).toBe(text);
  });

  const anyText = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
    .map((units) => String.fromCharCode(...units));

  it("never throws, and leaves text without mathematics or commands alone", () => {
    fc.assert(
      fc.property(anyText, fc.string({ maxLength: 40 }), (text, tex) => {
        expect(typeof readableTex(`${text}$${tex}$`)).toBe("string");
        if (!text.includes("\\") && splitMath(text).every(({ kind }) => kind === "text"))
          expect(readableTex(text)).toBe(text);
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});
