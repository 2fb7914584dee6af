import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The edge (site-handler.ts) tidies addresses and compresses pages; here only static files are left to compress.
  skipTrailingSlashRedirect: true,
  // Metadata belongs into the head of the first byte: Zotero and crawlers read it there, and nothing streams.
  htmlLimitedBots: /.*/,
  transpilePackages: ["@cool-papers/core", "@cool-papers/db", "@cool-papers/search"],
  // `npm run check` checks types; a first start does not have to do it again.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
};

export default config;
