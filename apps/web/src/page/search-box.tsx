import type { ReactElement } from "react";
import { pageTools } from "./page-tools.ts";

/** The one search box. Inside a scope it stays in it; the suggestions are added by the page's script. */
export function SearchBox({ id, isLarge = false }: { id: string; isLarge?: boolean }): ReactElement {
  const { t, address } = pageTools();
  const isScoped = address.pathname === "/arxiv/search" || address.pathname === "/venue/search";
  const text = address.searchParams.get("q") ?? address.searchParams.get("query") ?? "";
  const mode = address.searchParams.get("mode");
  return (
    <search className={isLarge ? "search-box large" : "search-box"}>
      <form action={isScoped ? address.pathname : "/search"} method="get">
        <label className="visually-hidden" htmlFor={id}>
          {t("site.searchLabel")}
        </label>
        <input
          id={id}
          type="search"
          name={isScoped ? "query" : "q"}
          defaultValue={text}
          placeholder={t("site.searchPlaceholder")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={20000}
          data-suggest={t("site.suggestions")}
        />
        {mode === "keyword" || mode === "semantic" ? <input type="hidden" name="mode" value={mode} /> : null}
        <button type="submit">{t("site.search")}</button>
      </form>
    </search>
  );
}
