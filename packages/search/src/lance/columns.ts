import {
  Binary,
  type Data,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
} from "apache-arrow";
import { dayNumber } from "../index/build-segment.ts";
import { SOURCE_BITS } from "../index/segment-arrays.ts";
import { packStrings } from "../index/string-table.ts";
import type { SearchDocument } from "../search-engine.ts";

/** A segment's rows: the document for merging and "more like this", and what vector search filters by. */
export function documentsSchema(vectorDimension: number | null): Schema {
  const fields: Field[] = [
    new Field("ord", new Int32(), false),
    new Field("document", new Utf8(), false),
    new Field("categories", new List(new Field("item", new Utf8(), false)), false),
    new Field("venues", new List(new Field("item", new Utf8(), false)), false),
    new Field("year", new Int32(), false),
    new Field("day", new Int32(), false),
    new Field("sources", new Int32(), false),
  ];
  if (vectorDimension !== null) fields.push(new Field("vector", vectorType(vectorDimension), true));
  return new Schema(fields);
}

const vectorType = (dimension: number) =>
  new FixedSizeList(dimension, new Field("item", new Float32(), true));

/** Documents as an Arrow table, built column by column: row objects take ten times as long. */
export function documentsTable(
  documents: readonly SearchDocument[],
  firstOrd: number,
  vectorDimension: number | null,
): Table {
  const schema = documentsSchema(vectorDimension);
  const columns: Data[] = [
    ints(documents.map((_, index) => firstOrd + index)),
    strings(documents.map(printDocument)),
    stringLists(documents.map((document) => document.categories)),
    stringLists(documents.map((document) => document.venues)),
    ints(documents.map((document) => document.year)),
    ints(documents.map((document) => dayNumber(document.date))),
    ints(
      documents.map((document) => document.sources.reduce((bits, source) => bits | SOURCE_BITS[source], 0)),
    ),
  ];
  if (vectorDimension !== null) columns.push(vectors(documents, vectorDimension));
  return tableOf(schema, columns, documents.length);
}

/** A stored document's text form; its vector has a column of its own. */
export function printDocument(document: SearchDocument): string {
  const { vector: _stored, ...rest } = document;
  return JSON.stringify(rest);
}

export const ARRAYS_SCHEMA = new Schema([
  new Field("name", new Utf8(), false),
  new Field("kind", new Utf8(), false),
  new Field("part", new Int32(), false),
  new Field("bytes", new Binary(), false),
]);

function tableOf(schema: Schema, columns: readonly Data[], length: number): Table {
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [...columns] });
  return new Table(schema, new RecordBatch(schema, data));
}

const ints = (values: readonly number[]): Data =>
  makeData({ type: new Int32(), length: values.length, nullCount: 0, data: Int32Array.from(values) });

function strings(values: readonly string[]): Data {
  const { bytes, offsets } = packStrings(values);
  return makeData({
    type: new Utf8(),
    length: values.length,
    nullCount: 0,
    valueOffsets: Int32Array.from(offsets),
    data: bytes,
  });
}

function stringLists(lists: readonly (readonly string[])[]): Data {
  const valueOffsets = new Int32Array(lists.length + 1);
  lists.forEach((list, index) => {
    valueOffsets[index + 1] = valueOffsets[index]! + list.length;
  });
  return makeData({
    type: new List(new Field("item", new Utf8(), false)),
    length: lists.length,
    nullCount: 0,
    valueOffsets,
    child: strings(lists.flat()) as Data<Utf8>,
  });
}

function vectors(documents: readonly SearchDocument[], dimension: number): Data {
  const values = new Float32Array(documents.length * dimension);
  const valid = new Uint8Array(Math.ceil(documents.length / 64) * 8);
  let missing = 0;
  documents.forEach((document, index) => {
    if (!document.vector) missing++;
    else {
      values.set(document.vector, index * dimension);
      valid[index >> 3]! |= 1 << (index & 7);
    }
  });
  return makeData({
    type: vectorType(dimension),
    length: documents.length,
    nullCount: missing,
    nullBitmap: valid,
    child: makeData({ type: new Float32(), length: values.length, nullCount: 0, data: values }),
  });
}
