export { type RunningSite, type StartSiteOptions, startSite } from "./server/start-site.ts";
