import { describe, expect, it } from "vitest";
import { chooseLocale } from "../src/i18n/locale.ts";
import { dictionaries, type MessageKey, translatorFor } from "../src/i18n/translate.ts";

const keys = Object.entries(dictionaries.en).flatMap(([section, messages]) =>
  Object.keys(messages).map((key) => `${section}.${key}` as MessageKey),
);

/** Names of the ICU arguments of a message. */
function argumentsOf(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name]) => name!))].sort();
}

function messageOf(locale: "en" | "zh", key: MessageKey): string {
  const [section, name] = key.split(".") as [keyof typeof dictionaries.en, string];
  return (dictionaries[locale][section] as Record<string, string>)[name]!;
}

describe("R4 dictionaries", () => {
  it.each(keys)("%s takes the same arguments in both languages and renders", (key) => {
    const names = argumentsOf(messageOf("en", key));
    expect(argumentsOf(messageOf("zh", key))).toEqual(names);
    const values = Object.fromEntries(
      names.map((name) => [name, name === "count" || name === "papers" || name === "total" ? 3 : "x"]),
    );
    for (const locale of ["en", "zh"] as const)
      expect(translatorFor(locale)(key, values)).not.toMatch(/[{}]/);
  });
});

describe("R4 chooseLocale", () => {
  it.each([
    [undefined, "zh-CN,zh;q=0.9,en;q=0.8", "zh"],
    [undefined, "de,en;q=0.5,zh;q=0.7", "zh"],
    [undefined, "fr", "en"],
    [undefined, undefined, "en"],
    [undefined, "zh;q=0, en", "en"],
    ["en", "zh-CN", "en"],
    ["xx", "zh-CN", "zh"],
    [undefined, ";;;,q=,zh;q=abc", "zh"],
  ])("a choice of %s and %s give %s", (chosen, header, locale) => {
    expect(chooseLocale(chosen, header)).toBe(locale);
  });
});
