import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RelaxNGValidator, XmlDocument } from "libxml2-wasm";

const validator = RelaxNGValidator.fromDoc(
  XmlDocument.fromBuffer(readFileSync(join(import.meta.dirname, "atom.rng"))),
);

/** Validates with libxml2 against `atom.rng`; throws what is wrong and where. Also what no grammar can say. */
export function checkAtom(xml: string): void {
  const document = XmlDocument.fromString(xml);
  try {
    validator.validate(document);
    const texts = (path: string): string[] =>
      document.find(path, { a: "http://www.w3.org/2005/Atom" }).map((node) => node.content);
    const ids = texts("//a:entry/a:id");
    if (new Set(ids).size !== ids.length) throw new Error("two entries have one id");
    if (texts("/a:feed/a:link[@rel='self']/@href").length !== 1) throw new Error("a feed has one self link");
    for (const owner of ["/a:feed", "//a:entry"]) {
      const owners = document.find(owner, { a: "http://www.w3.org/2005/Atom" }).length;
      if (texts(`${owner}/a:link[@rel='alternate']/@href`).length !== owners)
        throw new Error(`each ${owner} has one alternate link`);
    }
  } finally {
    document.dispose();
  }
}
