/** Written by `npm run generate` from migrations/*.sql; do not edit. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  {
    "name": "0000_papers",
    "statements": [
      "CREATE SEQUENCE \"public\".\"change_sequence\" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;",
      "CREATE TABLE \"category_listings\" (\n\t\"category\" text COLLATE \"C\" NOT NULL,\n\t\"listed_on\" date NOT NULL,\n\t\"paper_key\" text COLLATE \"C\" NOT NULL,\n\t\"position\" smallint NOT NULL,\n\t\"first_in_archive\" boolean NOT NULL,\n\tCONSTRAINT \"category_listings_pkey\" PRIMARY KEY(\"category\",\"listed_on\",\"paper_key\")\n);",
      "CREATE TABLE \"embedding_models\" (\n\t\"model\" text COLLATE \"C\" PRIMARY KEY NOT NULL,\n\t\"dimension\" integer NOT NULL,\n\t\"encoding\" text NOT NULL\n);",
      "CREATE TABLE \"embeddings\" (\n\t\"model\" text COLLATE \"C\" NOT NULL,\n\t\"paper_key\" text COLLATE \"C\" NOT NULL,\n\t\"text_hash\" text NOT NULL,\n\t\"vector\" \"bytea\" NOT NULL,\n\t\"scale\" real NOT NULL,\n\tCONSTRAINT \"embeddings_pkey\" PRIMARY KEY(\"model\",\"paper_key\")\n);",
      "CREATE TABLE \"paper_counters\" (\n\t\"paper_key\" text COLLATE \"C\" PRIMARY KEY NOT NULL,\n\t\"pdf\" integer DEFAULT 0 NOT NULL,\n\t\"faq\" integer DEFAULT 0 NOT NULL,\n\t\"change_seq\" bigint NOT NULL\n);",
      "CREATE TABLE \"paper_ids\" (\n\t\"other_key\" text COLLATE \"C\" NOT NULL,\n\t\"paper_key\" text COLLATE \"C\" NOT NULL,\n\tCONSTRAINT \"paper_ids_pkey\" PRIMARY KEY(\"other_key\",\"paper_key\")\n);",
      "CREATE TABLE \"papers\" (\n\t\"key\" text COLLATE \"C\" PRIMARY KEY NOT NULL,\n\t\"work_key\" text COLLATE \"C\" NOT NULL,\n\t\"version\" integer,\n\t\"title\" text NOT NULL,\n\t\"abstract\" text NOT NULL,\n\t\"abstract_kind\" text NOT NULL,\n\t\"authors\" jsonb NOT NULL,\n\t\"categories\" text[] NOT NULL,\n\t\"primary_category\" text,\n\t\"submitted_at\" timestamp with time zone,\n\t\"submitted_precision\" text NOT NULL,\n\t\"updated_at\" timestamp with time zone,\n\t\"announced_on\" date,\n\t\"announced_provenance\" text,\n\t\"withdrawn\" boolean NOT NULL,\n\t\"comments\" text,\n\t\"journal_ref\" text,\n\t\"doi\" text,\n\t\"license\" text,\n\t\"venue\" text COLLATE \"C\",\n\t\"venue_year\" smallint,\n\t\"track\" text,\n\t\"decision\" text,\n\t\"keywords\" text[] NOT NULL,\n\t\"pdf_url\" text,\n\t\"source_url\" text,\n\t\"other_ids\" text[] NOT NULL,\n\t\"title_key\" bigint,\n\t\"text_hash\" text NOT NULL,\n\t\"content_hash\" text NOT NULL,\n\t\"created_seq\" bigint NOT NULL,\n\t\"change_seq\" bigint NOT NULL,\n\t\"stored_at\" timestamp with time zone DEFAULT now() NOT NULL,\n\t\"changed_at\" timestamp with time zone DEFAULT now() NOT NULL\n);",
      "CREATE TABLE \"state\" (\n\t\"name\" text COLLATE \"C\" PRIMARY KEY NOT NULL,\n\t\"value\" jsonb NOT NULL,\n\t\"changed_at\" timestamp with time zone DEFAULT now() NOT NULL\n);",
      "CREATE INDEX \"paper_counters_change_seq\" ON \"paper_counters\" USING btree (\"change_seq\");",
      "CREATE INDEX \"paper_ids_paper_key\" ON \"paper_ids\" USING btree (\"paper_key\");",
      "CREATE INDEX \"papers_work_key\" ON \"papers\" USING btree (\"work_key\");",
      "CREATE INDEX \"papers_change_seq\" ON \"papers\" USING btree (\"change_seq\");",
      "CREATE INDEX \"papers_title_key\" ON \"papers\" USING btree (\"title_key\");",
      "CREATE INDEX \"papers_edition\" ON \"papers\" USING btree (\"venue\",\"venue_year\") WHERE venue is not null;",
      "CREATE INDEX \"papers_venue_created\" ON \"papers\" USING btree (\"created_seq\") WHERE venue is not null;"
    ]
  },
  {
    "name": "0001_embedding_claims",
    "statements": [
      "CREATE TABLE \"embedding_claims\" (\n\t\"model\" text COLLATE \"C\" NOT NULL,\n\t\"paper_key\" text COLLATE \"C\" NOT NULL,\n\t\"claimed_by\" text NOT NULL,\n\t\"claimed_until\" timestamp with time zone NOT NULL,\n\tCONSTRAINT \"embedding_claims_pkey\" PRIMARY KEY(\"model\",\"paper_key\")\n);"
    ]
  },
  {
    "name": "0002_venues_and_editions",
    "statements": [
      "CREATE TABLE \"editions\" (\n\t\"venue\" text COLLATE \"C\" NOT NULL,\n\t\"year\" smallint NOT NULL,\n\t\"name\" text NOT NULL,\n\t\"papers\" integer NOT NULL,\n\t\"works\" integer NOT NULL,\n\t\"first_stored_at\" timestamp with time zone NOT NULL,\n\t\"last_stored_at\" timestamp with time zone NOT NULL,\n\tCONSTRAINT \"editions_pkey\" PRIMARY KEY(\"venue\",\"year\")\n);",
      "CREATE TABLE \"venues\" (\n\t\"id\" text COLLATE \"C\" PRIMARY KEY NOT NULL,\n\t\"name\" text,\n\t\"kind\" text,\n\t\"site\" text\n);",
      "ALTER TABLE \"editions\" ADD CONSTRAINT \"editions_venue_venues_id_fk\" FOREIGN KEY (\"venue\") REFERENCES \"public\".\"venues\"(\"id\") ON DELETE no action ON UPDATE no action;",
      "INSERT INTO \"venues\" (\"id\") SELECT DISTINCT \"venue\" FROM \"papers\" WHERE \"venue\" IS NOT NULL;",
      "INSERT INTO \"editions\" (\"venue\", \"year\", \"name\", \"papers\", \"works\", \"first_stored_at\", \"last_stored_at\")\nSELECT \"venue\", \"venue_year\", \"venue\" || ' ' || \"venue_year\", count(*), count(DISTINCT \"work_key\"), min(\"stored_at\"), max(\"stored_at\")\nFROM \"papers\" WHERE \"venue\" IS NOT NULL GROUP BY \"venue\", \"venue_year\";"
    ]
  }
];
