import type { Metadata } from "next";
import type { ReactElement } from "react";
import type { MessageKey } from "../../i18n/translate.ts";
import { pageTools } from "../../page/page-tools.ts";
import { searchFor } from "../../url/search-url.ts";

/** Every operator with an example that finds something in the seed corpus. */
const OPERATORS: readonly { readonly example: string; readonly meaning: MessageKey }[] = [
  { example: '"attention is all you need"', meaning: "help.phrase" },
  { example: "transformer -vision", meaning: "help.exclude" },
  { example: 'author:"Jianlin Su"', meaning: "help.author" },
  { example: "title:diffusion", meaning: "help.inTitle" },
  { example: "abstract:contrastive", meaning: "help.inAbstract" },
  { example: "cat:cs.CL", meaning: "help.category" },
  { example: "venue:ICML", meaning: "help.venue" },
  { example: "year:2020..2024", meaning: "help.year" },
  { example: "date:>2024-05-01", meaning: "help.date" },
  { example: "id:2104.09864", meaning: "help.id" },
];

export function generateMetadata(): Metadata {
  return { title: pageTools().t("help.title"), alternates: { canonical: "/how-to-search" } };
}

export default function HowToSearchPage(): ReactElement {
  const { t } = pageTools();
  return (
    <div className="text-page">
      <h1>{t("help.title")}</h1>
      <p>{t("help.lead")}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("help.operator")}</th>
            <th scope="col">{t("help.meaning")}</th>
          </tr>
        </thead>
        <tbody>
          {OPERATORS.map(({ example, meaning }) => (
            <tr key={example}>
              <td>
                <a href={searchFor(example)}>
                  <code>{example}</code>
                </a>
              </td>
              <td>{t(meaning)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t("help.pasted")}</p>
      <p>{t("help.typos")}</p>
      <p>{t("help.chinese")}</p>
      <p>{t("help.keys")}</p>
    </div>
  );
}
