import type { ReactElement } from "react";
import type { MessageKey } from "../i18n/translate.ts";
import { pageTools } from "./page-tools.ts";

const KEYS = [
  [["j"], "keys.next"],
  [["k"], "keys.previous"],
  [["o"], "keys.openPaper"],
  [["f"], "keys.faq"],
  [["s"], "keys.star"],
  [["/"], "keys.search"],
  [["Ctrl", "F"], "keys.filter"],
  [["Esc"], "keys.escape"],
  [["?"], "keys.help"],
] as const satisfies readonly (readonly [readonly string[], MessageKey])[];

/** The sheet that explains the keys (R5). It opens by script alone, like the keys that it is about. */
export function KeysSheet(): ReactElement {
  const { t } = pageTools();
  return (
    <dialog id="keys-sheet" aria-labelledby="keys-title">
      <h2 id="keys-title">{t("keys.title")}</h2>
      <table>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t("keys.key")}</th>
            <th scope="col">{t("keys.action")}</th>
          </tr>
        </thead>
        <tbody>
          {KEYS.map(([names, action]) => (
            <tr key={action}>
              <td>
                {names.map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </td>
              <td>{t(action)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        <label>
          <input type="checkbox" defaultChecked /> {t("keys.enable")}
        </label>
      </p>
      <p className="hint">{t("keys.note")}</p>
      <form method="dialog">
        <button type="submit">{t("keys.close")}</button>
      </form>
    </dialog>
  );
}

/** Opens the sheet; shown by the script. */
export function KeysButton(): ReactElement {
  const { t } = pageTools();
  return (
    <button type="button" hidden data-open-keys>
      {t("keys.open")} <kbd>?</kbd>
    </button>
  );
}
