import type { Metadata, Viewport } from "next";
import type { ReactElement, ReactNode } from "react";
import "@fontsource-variable/source-sans-3/wght.css";
import "@fontsource-variable/source-serif-4/wght.css";
import "@fontsource-variable/source-serif-4/wght-italic.css";
import "katex/dist/katex.css";
import "../styles/index.css";
import { HeaderPreferences } from "../page/header-preferences.tsx";
import { KeysSheet } from "../page/keys-sheet.tsx";
import { pageTools } from "../page/page-tools.ts";
import { PreferenceForms } from "../page/preference-forms.tsx";
import { SearchBox } from "../page/search-box.tsx";

/** Nonces and cookies make every page the answer to one request. */
export const dynamic = "force-dynamic";

export function generateMetadata(): Metadata {
  const { t, context } = pageTools();
  return {
    metadataBase: new URL(context.siteUrl),
    title: { default: t("site.name"), template: `%s · ${t("site.name")}` },
    description: t("site.description"),
    openGraph: {
      siteName: t("site.name"),
      type: "website",
      locale: context.locale === "zh" ? "zh_CN" : "en_GB",
    },
    icons: { icon: "/icon.svg" },
  };
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fcfcfa" },
    { media: "(prefers-color-scheme: dark)", color: "#14171a" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }): ReactElement {
  const { t, context, locale, address } = pageTools();
  const isHome = address.pathname === "/";
  return (
    <html
      lang={locale === "zh" ? "zh-CN" : "en"}
      data-theme={context.theme === "auto" ? undefined : context.theme}
    >
      <head>
        <script type="module" src={context.scriptPath} nonce={context.nonce} />
        <link
          rel="search"
          type="application/opensearchdescription+xml"
          title={t("site.name")}
          href="/opensearch.xml"
        />
      </head>
      <body>
        <a className="skip-link" href="#content">
          {t("site.skipToContent")}
        </a>
        <header className="site-header">
          <a className="site-name" href="/">
            {t("site.name")}
          </a>
          {isHome ? null : <SearchBox id="site-search" />}
          <nav className="site-nav" aria-label={t("site.name")}>
            <a href="/venue">{t("site.venues")}</a>
            <a href="/how-to-search">{t("site.help")}</a>
          </nav>
          <HeaderPreferences />
        </header>
        <main id="content" tabIndex={-1}>
          {children}
        </main>
        <footer className="site-footer">
          <PreferenceForms />
          <ul className="inline-list">
            <li>
              <a href="/about">{t("site.about")}</a>
            </li>
            <li>
              <a href="/privacy">{t("site.privacy")}</a>
            </li>
          </ul>
          <p>{t("site.noTracking")}</p>
          <p>{t("site.footer")}</p>
        </footer>
        <KeysSheet />
      </body>
    </html>
  );
}
