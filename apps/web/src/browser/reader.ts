import { enableCalendar } from "./calendar-panel.ts";
import { enableCategoryChoice } from "./category-choice.ts";
import { enableCopyButtons } from "./copy-buttons.ts";
import { countOpenings } from "./count-openings.ts";
import { enableKeysSheet } from "./keys-sheet.ts";
import { enableListFilter } from "./list-filter.ts";
import { keepPlaceOnChoice } from "./preferences.ts";
import { enableProgressiveList } from "./progressive-list.ts";
import { enableReaderKeys } from "./reader-keys.ts";
import { enableStars } from "./stars.ts";
import { enableSuggestions } from "./suggestions.ts";

/** The one script of our pages. Everything it adds is an extra: without it pages read, search and page as well. */
enableCopyButtons(document);
countOpenings(document);
keepPlaceOnChoice(document);
enableStars();
enableKeysSheet();
enableReaderKeys(document);
enableCalendar();
enableProgressiveList();
enableListFilter();
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-chooser]"))
  enableCategoryChoice(form);
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-suggest]"))
  enableSuggestions(input);
