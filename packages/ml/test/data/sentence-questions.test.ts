import { SPECIAL_TOKENS, WordPieceTokenizer } from "@cool-papers/text";
import { describe, expect, test } from "vitest";
import { fillTemplate } from "../../src/data/question-templates.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";
import { SentenceQuestions } from "../../src/data/sentence-questions.ts";

const SENTENCES = {
  deed: "To save memory, we further propose Foo, a cache for large graphs that learns which nodes stay near, even under heavy load.",
  paper: "This paper studies the learning of sparse codes (LSC) from few noisy labels in natural images.",
  about: "In this work, we show that large graphs can be learned with few labels and noisy images.",
  statement:
    "Large graphs are costly to store, since nodes that stay near need many labels even under load, and so on.",
  short: "Here we win.",
};
const CHINESE = {
  deed: "为此，我们提出一种从少量标注中学习大图的方法。",
  statement: "大图的存储需要大量内存和许多标注数据。",
};
const FRAMES = `which what papers works studies research paper was the first to could you provide me list can name some recommend
  are there any is in authors i am looking for that mention discuss about says suggest consider where work on ?`;
const CHINESE_FRAMES = "哪些论文？有没有文章有哪些工作请推荐的研究我想找的论文提到关于讨论本";
const pieces = (text: string) => text.toLowerCase().match(/[a-z]+|[^\sa-z]/g) ?? [];
const tokenizer = new WordPieceTokenizer([
  ...new Set([
    ...SPECIAL_TOKENS,
    ..."we this paper work a an the further , ; : . ( ) ， 。 ？".split(" "),
    ...[...Object.values(SENTENCES), ...Object.values(CHINESE), FRAMES, CHINESE_FRAMES].flatMap(pieces),
  ]),
]);
const tokens = (text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;
const questions = new SentenceQuestions(tokens, (piece) => tokenizer.idOf(piece));

/** All questions that come out of 60 draws. */
function asked(sentence: string, isChinese = false): Set<string> {
  const random = new SeededRandom(9);
  return new Set(
    Array.from({ length: 60 }, () => {
      const { template, subject } = questions.make(tokens(sentence), isChinese, random);
      return tokenizer.decode(fillTemplate(template, subject, tokenizer.special, 64));
    }),
  );
}

describe("sentences as questions", () => {
  test("what the authors do is asked in the third person, mostly without the name they give, whole or up to a break", () => {
    const found = asked(SENTENCES.deed);
    const long = "a cache for large graphs that learns which nodes stay near";
    expect(found).toContain(`which papers propose ${long} ?`);
    expect(found).toContain(`are there any works that propose ${long} , even under heavy load ?`);
    const named = [...found].filter((question) => question.includes("foo"));
    expect(named.length).toBeGreaterThan(0);
    expect(named.length).toBeLessThan(found.size / 2);
    for (const question of found) expect(question).not.toMatch(/\bwe\b|further|memory|\.$/);
  });

  test("'this paper' is a subject, a bracket is left out; 'in this work, we' belongs to 'we'", () => {
    for (const question of asked(SENTENCES.paper)) {
      expect(question).toContain("studies the learning of sparse codes from few noisy labels");
      expect(question).not.toContain("this paper");
    }
    for (const question of asked(SENTENCES.about))
      expect(question).toMatch(/(?<!we )show that large graphs can be learned/);
  });

  test("of a statement a clause is asked about that says enough, of a short sentence all", () => {
    const clauses = [...asked(SENTENCES.statement)].map((question) => question.replaceAll(/\s+\?/g, ""));
    for (const clause of clauses)
      expect(clause).toMatch(/since nodes that stay near need many labels even under load$/);
    expect(new Set(clauses).size).toBeGreaterThan(5);
    for (const question of asked(SENTENCES.short)) expect(question).toContain("here we win");
  });

  test("Chinese sentences are asked about in Chinese", () => {
    const text = (question: string) => question.replaceAll(" ", "");
    expect([...asked(CHINESE.deed, true)].map(text)).toContain(
      "哪些论文提出一种从少量标注中学习大图的方法？",
    );
    for (const question of asked(CHINESE.statement, true))
      expect(text(question)).toContain("大图的存储需要大量内存和许多标注数据");
  });

  test("one seed gives one question", () => {
    const once = () => questions.make(tokens(SENTENCES.deed), false, new SeededRandom(3)).subject.join();
    expect(once()).toBe(once());
  });
});
