/** Chinese word segmentation for masking; Node only (a native addon), hence its own entry `@cool-papers/text/jieba`. */
import { Jieba } from "@node-rs/jieba";
import { dict } from "@node-rs/jieba/dict.js";

let jieba: Jieba | null = null;

/** Words of a run of Chinese characters; joined they give the input back. The dictionary loads on first use. */
export function segmentChinese(text: string): string[] {
  jieba ??= Jieba.withDict(dict);
  return jieba.cut(text, false);
}
