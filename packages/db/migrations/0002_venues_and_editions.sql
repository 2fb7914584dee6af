CREATE TABLE "editions" (
	"venue" text COLLATE "C" NOT NULL,
	"year" smallint NOT NULL,
	"name" text NOT NULL,
	"papers" integer NOT NULL,
	"works" integer NOT NULL,
	"first_stored_at" timestamp with time zone NOT NULL,
	"last_stored_at" timestamp with time zone NOT NULL,
	CONSTRAINT "editions_pkey" PRIMARY KEY("venue","year")
);
--> statement-breakpoint
CREATE TABLE "venues" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text,
	"kind" text,
	"site" text
);
--> statement-breakpoint
ALTER TABLE "editions" ADD CONSTRAINT "editions_venue_venues_id_fk" FOREIGN KEY ("venue") REFERENCES "public"."venues"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
INSERT INTO "venues" ("id") SELECT DISTINCT "venue" FROM "papers" WHERE "venue" IS NOT NULL;
--> statement-breakpoint
INSERT INTO "editions" ("venue", "year", "name", "papers", "works", "first_stored_at", "last_stored_at")
SELECT "venue", "venue_year", "venue" || ' ' || "venue_year", count(*), count(DISTINCT "work_key"), min("stored_at"), max("stored_at")
FROM "papers" WHERE "venue" IS NOT NULL GROUP BY "venue", "venue_year";
