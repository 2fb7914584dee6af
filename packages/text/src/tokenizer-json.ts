/** Reads and writes the `tokenizer.json` of Hugging Face for the one kind of tokenizer this project has. */
import { SPECIAL_TOKENS } from "./special-tokens.ts";
import { TokenizerError } from "./tokenizer-error.ts";
import { CONTINUATION_PREFIX, WordPieceTokenizer } from "./word-piece-tokenizer.ts";

/** The fields that are read; a file may hold more. */
interface TokenizerFile {
  normalizer?: {
    type?: string;
    clean_text?: boolean;
    handle_chinese_chars?: boolean;
    strip_accents?: boolean | null;
    lowercase?: boolean;
  } | null;
  pre_tokenizer?: { type?: string } | null;
  added_tokens?: { id: number; content: string }[];
  model?: { type?: string; vocab?: Record<string, number>; continuing_subword_prefix?: string };
}

/**
 * Tokenizer of a parsed or unparsed tokenizer.json.
 *
 * @throws TokenizerError when the file is no JSON, or asks for anything but BertNormalizer, BertPreTokenizer and WordPiece
 */
export function readTokenizerJson(source: string | object): WordPieceTokenizer {
  const file = (typeof source === "string" ? parse(source) : source) as TokenizerFile;
  require_(file.model?.type ?? "WordPiece", "WordPiece", "model");
  require_(file.normalizer?.type, "BertNormalizer", "normalizer");
  require_(file.pre_tokenizer?.type, "BertPreTokenizer", "pre_tokenizer");
  require_(
    file.model?.continuing_subword_prefix ?? CONTINUATION_PREFIX,
    CONTINUATION_PREFIX,
    "subword prefix",
  );
  const lowercase = file.normalizer?.lowercase ?? true;
  return new WordPieceTokenizer(vocabularyOf(file), {
    cleanText: file.normalizer?.clean_text ?? true,
    splitIdeographs: file.normalizer?.handle_chinese_chars ?? true,
    lowercase,
    stripAccents: file.normalizer?.strip_accents ?? lowercase,
  });
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new TokenizerError("tokenizer.json is not valid JSON; fetch or export it again.", { cause });
  }
}

function require_(found: string | undefined, wanted: string, part: string): void {
  if (found === wanted) return;
  throw new TokenizerError(
    `tokenizer.json has the ${part} ${JSON.stringify(found)}; only ${wanted} is supported.`,
  );
}

function vocabularyOf(file: TokenizerFile): string[] {
  const vocabulary: string[] = [];
  const entries = Object.entries(file.model?.vocab ?? {});
  for (const { id, content } of file.added_tokens ?? []) entries.push([content, id]);
  for (const [piece, id] of entries) {
    if (!Number.isInteger(id) || id < 0 || (vocabulary[id] !== undefined && vocabulary[id] !== piece)) {
      throw new TokenizerError(
        `tokenizer.json gives the piece ${JSON.stringify(piece)} the unusable id ${id}.`,
      );
    }
    vocabulary[id] = piece;
  }
  for (let id = 0; id < vocabulary.length; id++) {
    if (vocabulary[id] === undefined) {
      throw new TokenizerError(`tokenizer.json has no piece with id ${id}; ids must be contiguous.`);
    }
  }
  return vocabulary;
}

/** The tokenizer as tokenizer.json text, readable by Hugging Face's libraries. Ends with a newline. */
export function writeTokenizerJson(tokenizer: WordPieceTokenizer): string {
  const { normalizer, special } = tokenizer;
  const special_ = (content: string, id: number) => [content, { id: content, ids: [id], tokens: [content] }];
  const file = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content) => ({
      id: tokenizer.idOf(content)!,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })).sort((a, b) => a.id - b.id),
    normalizer: {
      type: "BertNormalizer",
      clean_text: normalizer.cleanText,
      handle_chinese_chars: normalizer.splitIdeographs,
      strip_accents: normalizer.stripAccents,
      lowercase: normalizer.lowercase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [token("[CLS]", 0), sequence("A", 0), token("[SEP]", 0)],
      pair: [token("[CLS]", 0), sequence("A", 0), token("[SEP]", 0), sequence("B", 1), token("[SEP]", 1)],
      special_tokens: Object.fromEntries([special_("[CLS]", special.cls), special_("[SEP]", special.sep)]),
    },
    decoder: { type: "WordPiece", prefix: CONTINUATION_PREFIX, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: CONTINUATION_PREFIX,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokenizer.vocabulary.map((piece, id) => [piece, id])),
    },
  };
  return `${JSON.stringify(file)}\n`;
}

const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
