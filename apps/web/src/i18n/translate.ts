import { createTranslator } from "next-intl";
import { en } from "./en.ts";
import type { Locale } from "./locale.ts";
import { zh } from "./zh.ts";

/** Every dictionary has exactly the keys of the English one; the compiler sees to it. */
export type Dictionary = {
  readonly [Section in keyof typeof en]: { readonly [Key in keyof (typeof en)[Section]]: string };
};

export type MessageKey = {
  [Section in keyof Dictionary & string]: `${Section}.${keyof Dictionary[Section] & string}`;
}[keyof Dictionary & string];

/** The sentence for a key, its ICU arguments filled in. */
export type Translate = (key: MessageKey, values?: Record<string, string | number>) => string;

export const dictionaries: Record<Locale, Dictionary> = { en, zh };

const translators = new Map<Locale, Translate>();

export function translatorFor(locale: Locale): Translate {
  const known = translators.get(locale);
  if (known !== undefined) return known;
  const translator = createTranslator({
    locale,
    messages: dictionaries[locale],
    // A missing argument is a fault of ours that a test should see, not a reader.
    onError: (error) => {
      throw error;
    },
  }) as unknown as Translate;
  translators.set(locale, translator);
  return translator;
}
