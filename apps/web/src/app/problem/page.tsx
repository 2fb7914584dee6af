import type { Metadata } from "next";
import type { ReactElement } from "react";
import type { MessageKey } from "../../i18n/translate.ts";
import { pageTools } from "../../page/page-tools.ts";
import { ProblemView } from "../../page/problem-view.tsx";
import type { BadAddress } from "../../server/decide-route.ts";

/** A sentence for every reason to refuse an address. */
const TEXTS: Record<BadAddress, { title: MessageKey; text: MessageKey; isSearchable: boolean }> = {
  "bad-escape": { title: "problem.badTitle", text: "problem.badEscape", isSearchable: false },
  "bad-character": { title: "problem.badTitle", text: "problem.badCharacter", isSearchable: false },
  "too-long": { title: "problem.badTitle", text: "problem.tooLong", isSearchable: false },
  "too-many-ids": { title: "problem.badTitle", text: "problem.tooManyIds", isSearchable: false },
  "not-an-id": { title: "problem.notAnIdTitle", text: "problem.notAnId", isSearchable: true },
  "not-a-venue": { title: "problem.notAVenueTitle", text: "problem.notAVenue", isSearchable: true },
};

interface Props {
  searchParams: Promise<{ code?: string; value?: string }>;
}

export const metadata: Metadata = { robots: { index: false } };

export default async function ProblemPage({ searchParams }: Props): Promise<ReactElement> {
  const { t } = pageTools();
  const { code, value = "" } = await searchParams;
  const { title, text, isSearchable } = TEXTS[code as BadAddress];
  return (
    <ProblemView title={t(title, { value })} text={t(text, { value })} search={isSearchable ? value : null} />
  );
}
