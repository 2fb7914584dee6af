import { type Archive, findArchive, TAXONOMY } from "@cool-papers/core";
import type { CategoryCount, CategoryCounts } from "@cool-papers/db";
import { formatLongDay, formatNumber } from "../i18n/format.ts";
import type { Locale } from "../i18n/locale.ts";
import type { Translate } from "../i18n/translate.ts";
import { html, type Markup } from "./html.ts";

export interface ChooserOptions {
  readonly counts: CategoryCounts;
  readonly locale: Locale;
  readonly t: Translate;
}

/** The group that stands open. */
const OPEN_GROUP = "cs";

/**
 * Every category that takes papers, with the papers of the newest day and in all, and before each name a box with
 * three states: not chosen, in the list, left out of it. The boxes are radio buttons on top of each other, the next
 * state uppermost (chooser.css), so that a click or an arrow key goes on to it without any script; the form leads to
 * the list (`decide-route.ts`).
 */
export function categoryChooser(options: ChooserOptions): Markup {
  const { t, locale, counts } = options;
  return html`<form class="category-chooser" action="/arxiv" method="get" autocomplete="off" data-chooser>
<p class="chooser-hint">${t("home.chooseHint")} ${
    counts.newestOn === null ? null : t("home.chooseCounts", { day: formatLongDay(locale, counts.newestOn) })
  }</p>
${TAXONOMY.groups.map(({ id, name, archives }) => group(id, name[locale], archives, options))}
<div class="chosen" data-chosen>
<span class="chosen-label">${t("home.chosen")}</span> <output class="chosen-list" data-chosen-list></output>
<button type="submit">${t("home.chosenOpen")}</button> <button type="reset">${t("home.chosenClear")}</button>
</div>
</form>`;
}

function group(id: string, name: string, archiveIds: readonly string[], options: ChooserOptions): Markup {
  const archives = archiveIds.map(findArchive).filter((archive) => archive?.active) as Archive[];
  const total = archives.reduce((sum, archive) => sum + (options.counts.archives[archive.id]?.total ?? 0), 0);
  return html`<details class="category-group" ${id === OPEN_GROUP ? html`open` : null}>
<summary><span class="group-name">${name}</span> <span class="count">${options.t("home.papersInAll", { count: total })}</span></summary>
${archives.map((archive) => archiveBlock(archive, archives.length === 1, options))}
</details>`;
}

const CATEGORIES = new Map(TAXONOMY.categories.map((category) => [category.id, category]));

function archiveBlock(archive: Archive, isOnly: boolean, options: ChooserOptions): Markup {
  const { t, locale, counts } = options;
  const categories = archive.categories
    .flatMap((id) => CATEGORIES.get(id) ?? [])
    .filter(({ active }) => active);
  const hasParts = categories.length > 1;
  const name = archive.name[locale];
  const entries = categories.map((category) =>
    entry(category.id, category.name[locale], archive.id, counts.categories[category.id], options),
  );
  return html`<div class="archive">
${hasParts && !isOnly ? html`<h3>${name}</h3>` : null}
<ul class="entry-grid">
${hasParts ? entry(archive.id, t("home.wholeArchive", { name }), "", counts.archives[archive.id], options) : null}
${entries}
</ul>
</div>`;
}

/** One line: the box, id and name, papers of the newest day and in all. */
function entry(
  id: string,
  name: string,
  archive: string,
  count: CategoryCount | undefined,
  { counts, t, locale }: ChooserOptions,
): Markup {
  const total = count?.total ?? 0;
  const announced = count !== undefined && count.newestOn === counts.newestOn ? count.newestCount : 0;
  return html`<li class="entry${total === 0 ? " without-papers" : ""}">
<span class="sign" role="radiogroup" aria-label="${t("home.choose", { category: id })}" data-archive="${archive}">${[
    stateButton(id, "", t("home.chooseNeutral"), true),
    stateButton(id, "+", t("home.chooseInclude"), false),
    stateButton(id, "-", t("home.chooseExclude"), false),
  ]}</span>
<a href="/arxiv/${id}"><span class="entry-id">${id}</span> ${name}</a>
${
  announced === 0
    ? null
    : html`<span class="count announced">${formatNumber(locale, announced)}<span class="visually-hidden"> ${t("home.announced")},</span></span>`
}
<span class="count">${formatNumber(locale, total)}<span class="visually-hidden"> ${t("home.inAll")}</span></span>
</li>`;
}

function stateButton(id: string, sign: string, label: string, isChecked: boolean): Markup {
  return html`<input type="radio" name="${id}" value="${sign}" aria-label="${label}" title="${label}" ${isChecked ? html`checked` : null}>`;
}
