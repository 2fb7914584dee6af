import { joinTokens } from "./join-tokens.ts";

/**
 * Ways in which people ask for papers, written for this project and knowing no test question. A title put into one of
 * them is a query that finds its paper; the model learns to look past the wording around the subject. `*` is the place
 * of the subject.
 */
export const QUESTION_TEMPLATES: readonly string[] = [
  "papers about *",
  "papers on *",
  "research on *",
  "recent work on *",
  "which papers study *?",
  "which works propose *?",
  "what papers introduced *?",
  "what is known about *?",
  "can you recommend papers on *?",
  "can you suggest studies that discuss *?",
  "could you list works that deal with *?",
  "could you name some research that addresses *?",
  "are there any papers that investigate *?",
  "are there studies that use *?",
  "I am looking for articles about *",
  "I want to read about *",
  "find papers that consider *",
  "show me publications related to *",
  "what are examples of *?",
  "what work has been done on *?",
  "who has worked on *?",
  "where can I read about *?",
  "references for *",
  "methods for *",
  "survey of *",
];

/** The same for Chinese titles. */
export const CHINESE_QUESTION_TEMPLATES: readonly string[] = [
  "关于*的论文",
  "有哪些研究*的论文？",
  "请推荐*方面的文献",
  "*的相关工作",
  "我想了解*",
  "有没有讨论*的文章？",
];

/** A template cut at the place of the subject, as tokens without special ones. */
export interface TokenTemplate {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/** Templates as tokens. @param tokens encodes a text without special tokens */
export function tokenTemplates(
  templates: readonly string[],
  tokens: (text: string) => Int32Array,
): TokenTemplate[] {
  return templates.map((template) => {
    const [before, after] = template.split("*") as [string, string];
    return { before: tokens(before), after: tokens(after) };
  });
}

/**
 * [CLS] before subject after [SEP]; a subject too long for maxLength is cut.
 *
 * @param subject tokens without special ones
 */
export function fillTemplate(
  template: TokenTemplate,
  subject: Int32Array,
  special: { readonly cls: number; readonly sep: number },
  maxLength: number,
): Int32Array {
  const room = Math.max(0, maxLength - 2 - template.before.length - template.after.length);
  const kept = subject.subarray(0, room);
  return joinTokens(special.cls, template.before, kept, template.after, special.sep).subarray(0, maxLength);
}
