CREATE SEQUENCE "public"."change_sequence" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "category_listings" (
	"category" text COLLATE "C" NOT NULL,
	"listed_on" date NOT NULL,
	"paper_key" text COLLATE "C" NOT NULL,
	"position" smallint NOT NULL,
	"first_in_archive" boolean NOT NULL,
	CONSTRAINT "category_listings_pkey" PRIMARY KEY("category","listed_on","paper_key")
);
--> statement-breakpoint
CREATE TABLE "embedding_models" (
	"model" text COLLATE "C" PRIMARY KEY NOT NULL,
	"dimension" integer NOT NULL,
	"encoding" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "embeddings" (
	"model" text COLLATE "C" NOT NULL,
	"paper_key" text COLLATE "C" NOT NULL,
	"text_hash" text NOT NULL,
	"vector" "bytea" NOT NULL,
	"scale" real NOT NULL,
	CONSTRAINT "embeddings_pkey" PRIMARY KEY("model","paper_key")
);
--> statement-breakpoint
CREATE TABLE "paper_counters" (
	"paper_key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"pdf" integer DEFAULT 0 NOT NULL,
	"faq" integer DEFAULT 0 NOT NULL,
	"change_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "paper_ids" (
	"other_key" text COLLATE "C" NOT NULL,
	"paper_key" text COLLATE "C" NOT NULL,
	CONSTRAINT "paper_ids_pkey" PRIMARY KEY("other_key","paper_key")
);
--> statement-breakpoint
CREATE TABLE "papers" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"work_key" text COLLATE "C" NOT NULL,
	"version" integer,
	"title" text NOT NULL,
	"abstract" text NOT NULL,
	"abstract_kind" text NOT NULL,
	"authors" jsonb NOT NULL,
	"categories" text[] NOT NULL,
	"primary_category" text,
	"submitted_at" timestamp with time zone,
	"submitted_precision" text NOT NULL,
	"updated_at" timestamp with time zone,
	"announced_on" date,
	"announced_provenance" text,
	"withdrawn" boolean NOT NULL,
	"comments" text,
	"journal_ref" text,
	"doi" text,
	"license" text,
	"venue" text COLLATE "C",
	"venue_year" smallint,
	"track" text,
	"decision" text,
	"keywords" text[] NOT NULL,
	"pdf_url" text,
	"source_url" text,
	"other_ids" text[] NOT NULL,
	"title_key" bigint,
	"text_hash" text NOT NULL,
	"content_hash" text NOT NULL,
	"created_seq" bigint NOT NULL,
	"change_seq" bigint NOT NULL,
	"stored_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "state" (
	"name" text COLLATE "C" PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "paper_counters_change_seq" ON "paper_counters" USING btree ("change_seq");--> statement-breakpoint
CREATE INDEX "paper_ids_paper_key" ON "paper_ids" USING btree ("paper_key");--> statement-breakpoint
CREATE INDEX "papers_work_key" ON "papers" USING btree ("work_key");--> statement-breakpoint
CREATE INDEX "papers_change_seq" ON "papers" USING btree ("change_seq");--> statement-breakpoint
CREATE INDEX "papers_title_key" ON "papers" USING btree ("title_key");--> statement-breakpoint
CREATE INDEX "papers_edition" ON "papers" USING btree ("venue","venue_year") WHERE venue is not null;--> statement-breakpoint
CREATE INDEX "papers_venue_created" ON "papers" USING btree ("created_seq") WHERE venue is not null;