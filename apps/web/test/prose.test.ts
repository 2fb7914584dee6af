import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paragraphs, prose } from "../src/view/prose.ts";

const shown = (text: string, terms: string[] = []): string => prose(text, terms).value;

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
    for (const tex of [
      "\\href{javascript:alert(1)}{x}",
      "\\url{javascript:alert(1)}",
      "\\includegraphics{x}",
      "\\htmlClass{a}{x}",
    ]) {
      const out = shown(`$${tex}$`);
      expect(out).toBe(`<code class="tex">$${tex}$</code>`);
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
        const out = prose(text.replaceAll("$", "").replaceAll("\\", ""), terms).value;
        expect(
          out.replace(/<\/?mark>|<a href="https?:[^"<>]*" rel="nofollow ugc noopener">|<\/a>/g, ""),
        ).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("marks whole words in all their forms, whatever the case", () => {
    expect(shown("Images, inattention, image", ["image"])).toBe(
      "<mark>Images</mark>, inattention, <mark>image</mark>",
    );
  });

  it("marks nothing inside a formula", () => {
    expect(shown("$x$ x", ["x"]).endsWith(" <mark>x</mark>")).toBe(true);
    expect(shown("$x$ x", ["x"]).split("<mark>")).toHaveLength(2);
  });

  it("turns text commands into elements and addresses into links that pass on no authority", () => {
    expect(shown("\\emph{very} \\textbf{bold} \\textsc{caps}")).toBe(
      "<em>very</em> <strong>bold</strong> caps",
    );
    expect(shown("Code: https://example.org/a_b?x=1&y=2.")).toBe(
      'Code: <a href="https://example.org/a_b?x=1&amp;y=2" rel="nofollow ugc noopener">https://example.org/a_b?x=1&amp;y=2</a>.',
    );
  });

  it("makes a paragraph of each block between blank lines", () => {
    expect(paragraphs("one\ntwo\n\nthree", null).value).toBe("<p>one\ntwo</p><p>three</p>");
  });
});
