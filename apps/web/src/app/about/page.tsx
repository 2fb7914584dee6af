import type { Metadata } from "next";
import type { ReactElement } from "react";
import { pageTools } from "../../page/page-tools.ts";
import { theSite } from "../../server/site.ts";

export function generateMetadata(): Metadata {
  const { t } = pageTools();
  return { title: t("about.title"), description: t("about.what"), alternates: { canonical: "/about" } };
}

/** What the site is, where its papers come from, and whom to write to if there is somebody. */
export default async function AboutPage(): Promise<ReactElement> {
  const { t } = pageTools();
  const { contactEmail } = theSite().operator;
  const editions = await theSite().venueEditions();
  return (
    <div className="text-page">
      <h1>{t("about.title")}</h1>
      <p>{t("about.what")}</p>
      <p>{t("about.software")}</p>
      <h2>{t("about.dataTitle")}</h2>
      <p>{t("about.arxiv")}</p>
      <p>
        {t("about.venues", { venues: editions.length })}{" "}
        {editions.length === 0 ? null : <a href="/venue">{t("site.venues")}</a>}
      </p>
      <p>{t("about.summaries")}</p>
      <p>{t("about.thanks")}</p>
      <p>{t("about.independent")}</p>
      <h2>{t("about.workTitle")}</h2>
      <p>
        {t("about.work")} <a href="/how-to-search">{t("site.howTo")}</a>
      </p>
      <h2>{t("about.feedsTitle")}</h2>
      <p>{t("about.feeds")}</p>
      {contactEmail === null ? null : (
        <>
          <h2>{t("about.contactTitle")}</h2>
          <p>
            {t("about.contact")} <a href={`mailto:${contactEmail}`}>{contactEmail}</a>
          </p>
        </>
      )}
      <p>
        <a href="/privacy">{t("privacy.title")}</a>
      </p>
    </div>
  );
}
