CREATE TABLE "embedding_claims" (
	"model" text COLLATE "C" NOT NULL,
	"paper_key" text COLLATE "C" NOT NULL,
	"claimed_by" text NOT NULL,
	"claimed_until" timestamp with time zone NOT NULL,
	CONSTRAINT "embedding_claims_pkey" PRIMARY KEY("model","paper_key")
);
