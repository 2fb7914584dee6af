import { type CategoryExpression, categoryName } from "@cool-papers/core";
import type { Locale } from "../i18n/locale.ts";

/** `cs.CL Computation and Language`, or `cs.AI + cs.LG − cs.CY` when it is more than one category. */
export function expressionTitle(expression: CategoryExpression, locale: Locale): string {
  const { include, exclude } = expression;
  const [only] = include;
  if (only !== undefined && include.length === 1 && exclude.length === 0)
    return `${only} ${categoryName(only, locale)}`;
  return [include.join(" + "), ...exclude].join(" − ");
}
