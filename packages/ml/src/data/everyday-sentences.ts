/**
 * Everyday Chinese by rules: templates whose gaps are filled with words of jieba's dictionary, frequent ones more often.
 * What comes out is grammatical and mostly nonsense; a teacher says what it means all the same, and so a student
 * meets the words that papers and the public pair sets lack (docs/log/2026-11-29-everyday-chinese.md).
 */
import { EVERYDAY_TEMPLATES } from "./everyday-templates.ts";
import { EverydayWords, fillGaps } from "./everyday-words.ts";
import { SeededRandom } from "./seeded-random.ts";

const QUESTION = /[么吗哪谁求何样]/u;
const QUESTION_ENDINGS = ["", "", "？", "?", "啊", "呢？"];

/** Different sentences, `wanted` of them; one seed gives one list. */
export function everydaySentences(wanted: number, seed: number): string[] {
  const random = new SeededRandom(seed);
  const words = new EverydayWords(random);
  const sentences = new Set<string>();
  while (sentences.size < wanted) {
    const template = random.pick(EVERYDAY_TEMPLATES);
    const sentence = fillGaps(template, (gap) => words.draw(gap));
    const ending = QUESTION.test(template) ? random.pick(QUESTION_ENDINGS) : "";
    sentences.add(sentence + ending);
  }
  return [...sentences];
}
