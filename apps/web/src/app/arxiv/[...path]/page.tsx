import type { Metadata } from "next";
import type { ReactElement } from "react";
import { ListedView, listedMetadata } from "../../../page/listed-page.tsx";
import { pageTools } from "../../../page/page-tools.ts";
import { readArxivPath } from "../../../url/listed-path.ts";

function listed() {
  return readArxivPath(decodeURIComponent(pageTools().address.pathname).slice("/arxiv/".length));
}

export function generateMetadata(): Promise<Metadata> {
  return listedMetadata(listed());
}

export default function ArxivPage(): ReactElement {
  return <ListedView listed={listed()} />;
}
