import type { StoredPaper } from "@cool-papers/db";
import type { ReactElement } from "react";
import { html } from "../view/html.ts";
import { type CardOptions, paperCard } from "../view/paper-card.ts";
import { HtmlBlock } from "./html-block.tsx";
import { pageTools } from "./page-tools.ts";

/** Options of a card in a plain list. */
export function plainCard(number: number | null): CardOptions {
  const { t, locale } = pageTools();
  return {
    t,
    locale,
    number,
    marker: null,
    isCloseInMeaning: false,
    version: null,
    withCategory: () => null,
    withoutCategory: () => null,
  };
}

/** Papers in order, numbered from `first` or as `numbers` says. */
export function ListCards(props: {
  papers: readonly StoredPaper[];
  first: number;
  numbers?: readonly number[];
  options?: Partial<CardOptions>;
}): ReactElement {
  const cards = props.papers.map((paper, index) =>
    paperCard(paper, { ...plainCard(props.numbers?.[index] ?? props.first + index), ...props.options }),
  );
  return <HtmlBlock className="paper-list" markup={html`${cards}`} />;
}
