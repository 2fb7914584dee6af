import type { Metadata } from "next";
import type { ReactElement } from "react";
import { ListedView, listedMetadata } from "../../../page/listed-page.tsx";
import { pageTools } from "../../../page/page-tools.ts";
import { readVenuePath } from "../../../url/listed-path.ts";

function listed() {
  return readVenuePath(decodeURIComponent(pageTools().address.pathname).slice("/venue/".length));
}

export function generateMetadata(): Promise<Metadata> {
  return listedMetadata(listed());
}

export default function VenuePage(): ReactElement {
  return <ListedView listed={listed()} />;
}
