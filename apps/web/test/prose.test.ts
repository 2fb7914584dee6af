import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitMath } from "../src/view/math-segments.ts";
import { markerFor, paragraphs, prose } from "../src/view/prose.ts";

const shown = (text: string, terms: string[] = []): string => prose(text, markerFor(terms)).value;

describe("L10 splitMath", () => {
  it("joins back to the text it was given", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("$", "\\", "(", ")", "[", "]", "a", "1", " ", "{", "}", "<") }), (text) => {
        expect(splitMath(text).map((segment) => segment.raw).join("")).toBe(text);
      }),
    );
  });

  it.each([
    ["a $x$ b", ["x"]],
    ["$$E=mc^2$$", ["E=mc^2"]],
    ["\\(a\\) and \\[b\\]", ["a", "b"]],
    ["$a\\$b$", ["a\\$b"]],
  ])("finds the formulas of %s", (text, formulas) => {
    expect(splitMath(text).flatMap((segment) => (segment.kind === "math" ? [segment.tex] : []))).toEqual(formulas);
  });

  it.each(["from $5 to $10 a month", "it costs $5", "a \\$5 note and $ 6", "never $closes", "\\[ open", "$$"])(
    "leaves %s as text",
    (text) => {
      expect(splitMath(text).every((segment) => segment.kind === "text")).toBe(true);
    },
  );

  it("takes linear time on dollars that never close", () => {
    const startedAt = performance.now();
    splitMath("$a ".repeat(20_000));
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe("L10 prose", () => {
  it("typesets mathematics as HTML and MathML", () => {
    expect(shown("Let $x^2$.")).toContain("<math");
    expect(shown("Let $x^2$.")).toContain('class="katex"');
  });

  it.each(["$\\frac{1}{$", "$\\undefinedmacro{x}$", "$\\begin{matrix} 1$", "$x^2^3$"])(
    "shows broken TeX %s as it was written",
    (text) => {
      const out = shown(text);
      expect(out).toContain('<code class="tex">');
      expect(out.replace(/<[^>]+>/g, "").replaceAll("&#39;", "'")).toBe(text);
    },
  );

  it("never lets TeX make a link, an image or raw HTML", () => {
    for (const tex of ["\\href{javascript:alert(1)}{x}", "\\url{javascript:alert(1)}", "\\includegraphics{x}", "\\htmlClass{a}{x}"]) {
      const out = shown(`$${tex}$`);
      expect(out).not.toMatch(/<a\s|<img|javascript:alert\(1\)"/);
    }
  });

  it("stops macros that expand without end", () => {
    expect(shown("$\\def\\a{\\a\\a}\\a$")).toContain('<code class="tex">');
  });

  it("keeps one formula's definitions out of the next", () => {
    shown("$\\gdef\\leak{SECRET}\\leak$");
    expect(shown("$\\leak$")).toContain('<code class="tex">');
  });

  it("escapes every character of HTML in plain text", () => {
    expect(shown("<script>alert('x')</script> & \"q\"")).toBe(
      "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;q&quot;",
    );
  });

  it("adds no element that was not asked for, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(fc.string(), { maxLength: 3 }), (text, terms) => {
        const out = prose(text.replaceAll("$", "").replaceAll("\\", ""), markerFor(terms)).value;
        expect(out.replace(/<\/?mark>|<a href="https?:[^"<>]*" rel="nofollow ugc noopener">|<\/a>/g, "")).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("marks whole words, whatever their case, and parts of Chinese text", () => {
    expect(shown("Attention is all. inattention", ["attention"])).toBe("<mark>Attention</mark> is all. inattention");
    expect(shown("旋转位置编码", ["位置"])).toBe("旋转<mark>位置</mark>编码");
  });

  it("marks nothing inside a formula", () => {
    expect(shown("$x$ x", ["x"]).endsWith(" <mark>x</mark>")).toBe(true);
    expect(shown("$x$ x", ["x"]).split("<mark>")).toHaveLength(2);
  });

  it("turns text commands into elements and addresses into links that pass on no authority", () => {
    expect(shown("\\emph{very} \\textbf{bold} \\textsc{caps}")).toBe("<em>very</em> <strong>bold</strong> caps");
    expect(shown("Code: https://example.org/a_b?x=1&y=2.")).toBe(
      'Code: <a href="https://example.org/a_b?x=1&amp;y=2" rel="nofollow ugc noopener">https://example.org/a_b?x=1&amp;y=2</a>.',
    );
  });

  it("makes a paragraph of each block between blank lines", () => {
    expect(paragraphs("one\ntwo\n\nthree", null).value).toBe("<p>one\ntwo</p><p>three</p>");
  });
});
