import type { Metadata } from "next";
import type { ReactElement } from "react";
import { pageTools } from "../../page/page-tools.ts";
import { theSite } from "../../server/site.ts";

export function generateMetadata(): Metadata {
  const { t } = pageTools();
  return { title: t("privacy.title"), description: t("privacy.lead"), alternates: { canonical: "/privacy" } };
}

/** What is stored where. Each sentence is about code of this repository: whoever changes that changes this page. */
export default function PrivacyPage(): ReactElement {
  const { t } = pageTools();
  const { contactEmail, embeddingHost } = theSite().operator;
  return (
    <div className="text-page">
      <h1>{t("privacy.title")}</h1>
      <p>{t("privacy.lead")}</p>
      <h2>{t("privacy.browserTitle")}</h2>
      <ul className="ways-out">
        <li>{t("privacy.cookies")}</li>
        <li>{t("privacy.storage")}</li>
      </ul>
      <h2>{t("privacy.serverTitle")}</h2>
      <ul className="ways-out">
        <li>{t("privacy.counters")}</li>
        <li>{t("privacy.venueRequests")}</li>
        <li>{t("privacy.memory")}</li>
        <li>{t("privacy.queries")}</li>
        {embeddingHost === null ? null : <li>{t("privacy.queriesSent", { host: embeddingHost })}</li>}
        <li>{t("privacy.logs")}</li>
        <li>{t("privacy.proxy")}</li>
      </ul>
      <h2>{t("privacy.linksTitle")}</h2>
      <p>{t("privacy.links")}</p>
      {contactEmail === null ? null : (
        <p>
          {t("about.contact")} <a href={`mailto:${contactEmail}`}>{contactEmail}</a>
        </p>
      )}
      <p>
        <a href="/about">{t("about.title")}</a>
      </p>
    </div>
  );
}
