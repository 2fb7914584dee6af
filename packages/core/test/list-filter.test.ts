import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldText, foldWithPlaces } from "../src/fold-text.ts";
import {
  type FilterText,
  findFilterMatches,
  MAX_FILTER_LENGTH,
  matchesFilter,
  parseListFilter,
} from "../src/list-filter.ts";

const paper = (title: string, abstract = "", author = ""): FilterText => ({
  title: foldText(title),
  abstract: foldText(abstract),
  author: foldText(author),
});
const matches = (filter: string, text: FilterText) => matchesFilter(text, parseListFilter(filter));

describe("foldText", () => {
  it.each([
    ["Schrödinger’s Équation", " schrodinger s equation "],
    ["Łukasz Ørsted, Straße", " lukasz orsted strasse "],
    ["ＦＵＬＬ－ＷＩＤＴＨ １２", " full width 12 "],
    ["基于BERT的模型", " 基于 bert 的模型 "],
    ["C++, C# and vision+language", " c++ c# and vision language "],
    ["  $L_2$-norm ", " l 2 norm "],
    ["ΣΊΣΥΦΟΣ", " σισυφοσ "],
    ["한국어 모델", " 한국어 모델 "],
    ["…", " "],
    ["", " "],
  ])("folds %j", (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it("is the same with places and without, changes nothing the second time, and its places lie in the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const { folded, starts, ends } = foldWithPlaces(text);
        expect(folded).toBe(foldText(text));
        expect(foldText(folded)).toBe(folded);
        expect(starts.length).toBe(folded.length);
        expect(ends.length).toBe(folded.length);
        for (const [index, start] of starts.entries()) {
          expect(start).toBeLessThanOrEqual(ends[index]!);
          expect(ends[index]!).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

describe("parseListFilter", () => {
  it("reads clauses, alternatives, exclusions, fields and phrases", () => {
    expect(parseListFilter('graph OR molecule -survey author:"Jianlin Su" NOT title:review')).toEqual([
      [
        { text: " graph", field: null, excluded: false },
        { text: " molecule", field: null, excluded: false },
      ],
      [{ text: " survey", field: null, excluded: true }],
      [{ text: " jianlin su", field: "author", excluded: false }],
      [{ text: " review", field: "title", excluded: true }],
    ]);
  });

  it.each([
    ["a|b", "a OR b"],
    ["a AND b", "a b"],
    ["标题：图“随机 游走”", 'title:图 "随机 游走"'],
    ["－survey", "-survey"],
    ['"not closed', '"not closed"'],
    ["OR a OR", "a"],
    ["Fine-Tuning", '"fine tuning"'],
    ["http://x", '"http x"'],
    ['- " " \' |', ""],
  ])("reads %j as %j", (typed, meant) => {
    expect(parseListFilter(typed)).toEqual(parseListFilter(meant));
  });

  it("reads every text, also lone surrogates and very long ones", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        for (const term of parseListFilter(text).flat()) expect(term.text.trim()).not.toBe("");
      }),
      { numRuns: 30 },
    );
    expect(parseListFilter("ab ".repeat(10_000)).length).toBe(MAX_FILTER_LENGTH / 3);
  });
});

describe("matchesFilter", () => {
  it.each([
    ["", true],
    ["transform", true],
    ["former", false],
    ["VASWANI", true],
    ["author:attention", false],
    ["title:attention author:vaswani", true],
    ["-attention", false],
    ["graph OR attention", true],
    ["graph | -attention", false],
    ["graph OR attention -transformer", false],
    ['"is all"', true],
    ['"all is"', false],
    ["ćirković", true],
  ])("%j: %s", (filter, isMatch) => {
    const text = paper(
      "Attention Is All You Need",
      "We propose the Transformer.",
      "Ashish Vaswani, M. Cirkovic",
    );
    expect(matches(filter, text)).toBe(isMatch);
  });

  it("finds Chinese inside a sentence, and Latin words between Chinese ones", () => {
    const text = paper("基于BERT的文本分类", "", "苏剑林");
    for (const filter of ["文本", "bert", "分类 author:剑林", "基于bert", '"BERT的文本"'])
      expect(matches(filter, text), filter).toBe(true);
    expect(matches("文字", text)).toBe(false);
  });

  it("an exclusion lets pass exactly what the word alone does not", () => {
    const words = fc.array(fc.constantFrom("graph", "Große", "模型", "l2", "état", "-", "OR"), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(words, fc.constantFrom("graph", "gro", "模型", "etat", "l"), (text, word) => {
        const folded = paper(text.join(" "));
        expect(matches(`-${word}`, folded)).toBe(!matches(word, folded));
      }),
    );
  });

  it("one more clause never adds papers, one more alternative never takes any away", () => {
    const word = fc.constantFrom("a", "ab", "b", "模", "-a", "title:b");
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", " ", "模") }),
        word,
        word,
        (title, one, other) => {
          const text = paper(title);
          expect(matches(`${one} ${other}`, text)).toBe(matches(one, text) && matches(other, text));
          expect(matches(`${one} OR ${other}`, text)).toBe(matches(one, text) || matches(other, text));
        },
      ),
    );
  });
});

describe("findFilterMatches", () => {
  const marked = (text: string, filter: string, field: "title" | "author" = "title") =>
    findFilterMatches(text, field, parseListFilter(filter)).map(({ start, end }) => text.slice(start, end));

  it("gives the places of the words as the text writes them", () => {
    expect(marked("Schrödinger and SCHRO, 模型BERT模型", "schro OR bert 模型 -and")).toEqual([
      "Schrö",
      "SCHRO",
      "模型",
      "BERT",
      "模型",
    ]);
    expect(marked("Fine-tuning is fine tuning", "fine-tun")).toEqual(["Fine-tun", "fine tun"]);
  });

  it("joins overlaps and keeps to the field", () => {
    expect(marked("abcd", "ab OR abc")).toEqual(["abc"]);
    expect(marked("Ada", "title:ada", "author")).toEqual([]);
  });

  it("marks something in every text that a word without exclusion matches", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "grapheme", maxLength: 3 }),
        (text, word) => {
          const filter = parseListFilter(`"${word.replaceAll('"', "")}"`);
          if (filter.length === 0) return;
          expect(findFilterMatches(text, "title", filter).length > 0).toBe(
            matchesFilter(paper(text), filter),
          );
        },
      ),
    );
  });
});
