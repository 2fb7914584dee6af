import { enableCategoryChoice } from "./category-choice.ts";
import { enableCopyButtons } from "./copy-buttons.ts";
import { countOpenings } from "./count-openings.ts";
import { enableSearchKey } from "./search-key.ts";
import { enableSuggestions } from "./suggestions.ts";

/** The one script of our pages. Everything it adds is an extra: without it pages read, search and page as well. */
enableCopyButtons(document);
countOpenings(document);
enableSearchKey(document);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-chooser]"))
  enableCategoryChoice(form);
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-suggest]"))
  enableSuggestions(input);
