import fc from "fast-check";
import { expect, test } from "vitest";
import { arxivAbstract, splitMath, texToUnicode } from "../src/index.ts";

import { startCpuClock } from "./cpu-clock.ts";

test.each([
  [String.raw`Erd\H{o}s and Schr\"odinger`, "Erdős and Schrödinger"],
  [String.raw`Poincar\'{e}, Poincar{\'e}, Poincar\'e`, "Poincaré, Poincaré, Poincaré"],
  [String.raw`G\"{o}del G{\"o}del G{\"{o}}del`, "Gödel Gödel Gödel"],
  [
    String.raw`Mart\'{\i}n Mart\'\i n Mart{\'\i}n Mart{\'{\i}}n Mart\'in`,
    "Martín Martín Martín Martín Martín",
  ],
  [
    String.raw`\v{S}koda, \v Skoda, \c{c}a \c ca, \k{a}, \r{u}, \u{g}, \d{h}, \b{d}, \={a}, \.{z}, \.z`,
    "Škoda, Škoda, ça ça, ą, ů, ğ, ḥ, ḏ, ā, ż, ż",
  ],
  [
    String.raw`\o re {\o}re \O{}re Stra{\ss}e Stra\ss e \AA ngstr\"om \aa, \ae, \L\'od\'z, \l{}`,
    "øre øre Øre Straße Straße Ångström å, æ, Łódź, ł",
  ],
  [String.raw`Ho\`{a}ng, S\~ao, se\~nor, \^{o}`, "Hoàng, São, señor, ô"],
  [String.raw`50\% of R\&D \#1 a\_b \{x\}`, "50% of R&D #1 a_b {x}"],
  ["pages 1--3 --- well-known", "pages 1–3 — well-known"],
  ["the --flag and a ---- rule", "the --flag and a ---- rule"],
  ["``quoted'' and don't f''", "“quoted” and don't f''"],
  [
    String.raw`\emph{so} \textbf{bold \textit{it}} {\em x} {\bf y} \url{http://a.b/~c}`,
    "so bold it x y http://a.b/~c",
  ],
  ["Fig.~3 in a~b, ~10 km, http://x.edu/~user", "Fig. 3 in a b, ~10 km, http://x.edu/~user"],
  ["{BERT}: {A} Study of {a,b}", "BERT: A Study of {a,b}"],
  [String.raw`\LaTeX{} and \TeX`, "LaTeX and TeX"],
  ["  Two\n  lines  and   blanks\t", "Two lines and blanks"],
  ["e\u0301", "é"],
  [String.raw`\emph{over $x$ mathematics} and {\bf $y$}`, "over $x$ mathematics and $y$"],
  [String.raw`{\alpha}-phase at 20{\deg}C, 5 \pm 1, \Lambda{}CDM`, "α-phase at 20°C, 5 ± 1, ΛCDM"],
  [String.raw`\b{eta}-decay, \k{appa}, \r{ho}, \b{d}`, "β-decay, κ, ρ, ḏ"],
  [
    String.raw`see \href{https://a.b/c\_d}{our page}, \href{https://a.b}{https://a.b}`,
    "see our page (https://a.b/c_d), https://a.b",
  ],
  [
    String.raw`Feynman\cite{F1953}, as \citet{tao2025} said\footnote{Aside.}.`,
    "Feynman[F1953], as [tao2025] said (Aside.).",
  ],
  [String.raw`\textcolor{blue}{In} X\label{eq:1}, \eg, so`, "In X, e.g., so"],
  ["Schr{ö}dinger N{é}el {111}", "Schrödinger Néel {111}"],
])("%j is %j", (text, expected) => {
  expect(texToUnicode(text)).toBe(expected);
});

test.each([
  String.raw`the $\alpha_{\"o}$-norm, \(x~y\), \[ a -- b \], $$\emph{q}$$`,
  String.raw`a price of \$5`,
  "$ x $ and $x_1$ stay",
  String.raw`unknown \foo{bar} and \ref{x}`,
  String.raw`$\text{100\% of }x$`,
])("mathematics and unknown commands in %j stay as they are", (text) => {
  expect(texToUnicode(text)).toBe(text);
});

test.each([
  ["$x never closes", "$x never closes"],
  [String.raw`\emph{open`, String.raw`\emph{open`],
  [String.raw`{\"o`, "{ö"],
  ["} lone { braces", "} lone { braces"],
  [String.raw`ends with \ `, "ends with"],
  ["ends with \\", "ends with \\"],
  [String.raw`\'`, String.raw`\'`],
  [String.raw`\"{`, String.raw`\"{`],
  [String.raw`\v{`, String.raw`\v{`],
  [String.raw`\"{ab} \'5 \^{}`, String.raw`\"{ab} \'5 ^`],
  [String.raw`\vspace{1cm} \hat x`, String.raw`\vspace{1cm} \hat x`],
])("broken or other TeX %j comes back as text %j", (text, expected) => {
  expect(texToUnicode(text)).toBe(expected);
});

test("converting twice changes nothing more for text that has no backslash left", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."aO{}$\\\"'`~-^vH% \n"), maxLength: 40 }), (text) => {
      const once = texToUnicode(text);
      expect(once).toBe(once.normalize("NFC"));
      expect(once).not.toMatch(/^\s|\s$|\s\s|\n/);
      if (!/[\\`'~{}-]/.test(once)) expect(texToUnicode(once)).toBe(once);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test("plain text only loses superfluous blanks", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom(..."abcé中, .:;()[]%&#_^"), minLength: 1, maxLength: 8 })),
      (words) => {
        const plain = words
          .map((word) => word.trim())
          .filter((word) => word !== "")
          .join(" ")
          .split(/\s+/)
          .join(" ");
        expect(texToUnicode(`  ${plain}\n`)).toBe(plain);
      },
    ),
    { seed: 2 },
  );
});

test("an abstract's lines are joined and its paragraphs kept", () => {
  expect(arxivAbstract("  First line\nsecond line.\n  A new\nparagraph.\n\nAnd more.\r\n")).toBe(
    "First line second line.\nA new paragraph.\nAnd more.",
  );
});

test("splitting at mathematics loses nothing and marks display mathematics", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("$", "$$", "\\", "\\(", "\\)", "\\[", "\\]", "a", " ", "1"),
        maxLength: 30,
      }),
      (text) => {
        expect(
          splitMath(text)
            .map(({ source }) => source)
            .join(""),
        ).toBe(text);
      },
    ),
    { seed: 3, numRuns: 2000 },
  );
  expect(
    splitMath(String.raw`a $x$ b \[y\] c \$5 $$z$$`).map(({ kind, content, isDisplay }) => [
      kind,
      content,
      isDisplay,
    ]),
  ).toEqual([
    ["text", "a ", false],
    ["math", "x", false],
    ["text", " b ", false],
    ["math", "y", true],
    ["text", " c $5 ", false],
    ["math", "z", true],
  ]);
});

test.each([
  ["costs $5 and $10 more", ["text"]],
  ["(~$2,000), we model US$10 and ($", ["text"]],
  ["$10 GHz$ and $2 mm$", ["math", "text", "math"]],
  [String.raw`a \begin{equation*} x \end{equation*} b \begin{align}`, ["text", "math", "text"]],
  ["$5 million to $10 million for $x$", ["text", "math"]],
  ["$5$ and $10$", ["math", "text", "math"]],
  ["$2 \\times 3$ grid", ["math", "text"]],
  ["$3 \\mathrm{cm}$", ["math"]],
  ["$$ and $", ["text"]],
  ["costs $5 and $x$", ["text", "math"]],
  ["$5, $10, and $20", ["text"]],
  ["$5-$10, $0.01/$0.02, $10k–$20k, $5 + $3", ["text"]],
  ["costs $5, $x$ is free", ["text", "math", "text"]],
  ["for $5 where a = 3 with $y$", ["text", "math"]],
  ["for $5 on \\texttt{p3} nodes with $y_1$", ["text", "math"]],
  ["between 5$ and 10$ or 3$ and $x$", ["text", "math"]],
  ["$1-$planar and $2-$Wasserstein", ["math", "text", "math", "text"]],
  ["$2 \\text{ if and only if } x $ holds", ["math", "text"]],
  ["$3 $ bits of $2 x_1 $ each", ["math", "text", "math", "text"]],
  ["$1, 2, 3$ and $5, 6 $.", ["math", "text", "math", "text"]],
  ["\\\\(x\\\\)", ["text"]],
])("%j is %j", (text, kinds) => {
  expect(splitMath(text).map(({ kind }) => kind)).toEqual(kinds);
});

test("sums of money between mathematics stay text, and the mathematics is found", () => {
  const math = ["$x$", "$3$", "$2x$", "$10^{-3}$", "$5 \\times 5$", "$k=3$", "$3 \\le n$", "$2$", "$1,2$"];
  const money = [
    "$5",
    "US$2,000",
    "$1.5 million",
    "$10k",
    "$3-$4",
    "$0.01/$0.02",
    "$5, $10",
    "$7 (about $1)",
  ];
  const between = [" and ", " for ", ", which costs ", " per unit of "];
  const piece = fc.record({
    text: fc.constantFrom(...math, ...money),
    next: fc.constantFrom(...between),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = `A plan of ${pieces.map(({ text, next }) => text + next).join("")}more`;
      const found = splitMath(text).flatMap(({ kind, source }) => (kind === "math" ? [source] : []));
      expect(found).toEqual(pieces.flatMap(({ text }) => (math.includes(text) ? [text] : [])));
    }),
    { seed: 5, numRuns: 2000 },
  );
});

test.each([",", " ", ")", "9"])("an amount with half a million of %j after it is read to its end", (unit) => {
  const kinds = splitMath(`$1${unit.repeat(500_000)}x$y$`).map(({ kind }) => kind);
  expect(kinds).toEqual(["math", "text"]);
});

test.each([
  "\\",
  "$",
  "{",
  "}",
  "\\(",
  "\\[",
  "$$",
  "\\emph{",
  '\\"{',
  "\\v ",
  "{\\o",
  "``",
  "'",
  "-",
  "--",
  "~",
  "$5 a",
  "a ",
  "$\\(",
  "\\(a$",
  "\n ",
  "{A",
  "{A}",
  "\\a",
])("500 kB of %j convert in linear time", (unit) => {
  const text = unit.repeat(500_000 / unit.length);
  const elapsedMs = startCpuClock();
  texToUnicode(text);
  arxivAbstract(text);
  expect(elapsedMs()).toBeLessThan(60_000);
});

test("10 MB of nested, never closed TeX convert in linear time", () => {
  const elapsedMs = startCpuClock();
  texToUnicode(`${'\\emph{{\\"o}$x '.repeat(700_000)}`);
  expect(elapsedMs()).toBeLessThan(120_000);
});
