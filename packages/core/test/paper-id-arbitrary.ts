/** Generators of canonical ids of every scheme. */
import fc from "fast-check";
import { OLD_ID_ARCHIVES } from "../src/arxiv-archives.ts";
import type { PaperId, PaperScheme } from "../src/index.ts";

function number(min: number, max: number, digits = 0): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((value) => `${value}`.padStart(digits, "0"));
}

function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((values) => values.join(""));
}

function word(characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const month = number(1, 12, 2);
const newArxiv = fc.oneof(
  joined(number(8, 14, 2), month, fc.constant("."), number(1, 9999, 4)),
  joined(number(15, 90, 2), month, fc.constant("."), number(1, 99_999, 5)),
);
const oldArxiv = joined(
  fc.constantFrom(...OLD_ID_ARCHIVES),
  fc.constant("/"),
  number(92, 99, 2),
  month,
  number(1, 999, 3),
);

const LOCALS: Readonly<Record<PaperScheme, fc.Arbitrary<string>>> = {
  arxiv: fc.oneof(newArxiv, oldArxiv),
  openreview: word(`${LOWER}ABCXYZ0123456789-_`, 8, 12),
  acl: fc.oneof(
    joined(
      fc.constantFrom("P", "W", "D", "Q"),
      number(0, 19, 2),
      fc.constant("-"),
      number(1, 9, 1),
      number(101, 999),
    ),
    joined(
      number(2020, 2029),
      fc.constant("."),
      word(LOWER, 2, 9),
      fc.constant("-"),
      word(`${LOWER}0123`, 1, 6),
      fc.constant("."),
      number(1, 2000),
    ),
  ),
  pmlr: joined(
    fc.constant("v"),
    number(1, 400),
    fc.constant("/"),
    word(LOWER, 1, 20),
    number(10, 27),
    word(LOWER, 0, 1),
  ),
  ijcai: joined(number(2017, 2026), fc.constant("/"), number(1, 1500)),
  cvf: joined(
    fc.constantFrom("CVPR", "ICCV", "WACV"),
    number(2013, 2026),
    fc.constantFrom("/", "W/workshop-1/"),
    fc.constantFrom("A", "Å", "O'Neil", "(x)"),
    word(`${LOWER}_.-&+!`, 1, 30),
    fc.constant("_paper"),
  ),
  neurips: joined(number(1990, 2026), fc.constant("/"), word("0123456789abcdef", 32, 32)),
  aaai: number(1, 99_999),
  usenix: joined(
    fc.constant("osdi"),
    number(10, 26),
    fc.constant("/"),
    fc.constant("a"),
    word(`${LOWER}-`, 0, 12),
  ),
  virtual: joined(
    fc.constantFrom("nips.cc", "icml.cc", "cvpr.thecvf.com", "eccv.ecva.net"),
    fc.constant("/"),
    number(2020, 2026),
    fc.constant("/poster/"),
    number(1, 99_999),
  ),
  doi: joined(
    fc.constant("10."),
    number(1000, 99_999),
    fc.constant("/"),
    word(`${LOWER}0123456789.-_;:()/<>[]#%~,@+&é`, 1, 30),
  ),
};

function ofScheme(scheme: PaperScheme): fc.Arbitrary<PaperId> {
  return LOCALS[scheme].map((local) => ({ scheme, local }));
}

export const anyPaperId: fc.Arbitrary<PaperId> = fc.oneof(
  ...(Object.keys(LOCALS) as PaperScheme[]).map(ofScheme),
);
