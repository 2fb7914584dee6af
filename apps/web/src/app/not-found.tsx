import type { ReactElement } from "react";
import { pageTools } from "../page/page-tools.ts";
import { ProblemView } from "../page/problem-view.tsx";

export default function NotFound(): ReactElement {
  const { t } = pageTools();
  return <ProblemView title={t("problem.notFoundTitle")} text={t("problem.notFound")} search={null} />;
}
