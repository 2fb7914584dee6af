import { gzipSync } from "node:zlib";
import { expect, test } from "../src/site-test.ts";

const PAGES = ["/", "/search?q=attention", "/arxiv/2104.09864", "/arxiv/cs.GL", "/venue", "/nowhere"];

test("every page has the security headers, and no script without this answer's nonce", async ({
  request,
}) => {
  const nonces = new Set<string>();
  for (const path of PAGES) {
    const answer = await request.get(path);
    const headers = answer.headers();
    const policy = headers["content-security-policy"] ?? "";
    const nonce = /script-src 'nonce-([^']+)' 'strict-dynamic';/.exec(policy)?.[1] ?? "";
    expect(nonce.length, path).toBeGreaterThanOrEqual(22);
    nonces.add(nonce);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("strict-origin-when-cross-origin");
    expect(headers["x-powered-by"]).toBeUndefined();
    for (const [script] of (await answer.text()).matchAll(/<script\b[^>]*>/g)) {
      expect(
        script.includes(`nonce="${nonce}"`) || script.includes("application/ld+json"),
        `${path}: ${script}`,
      ).toBe(true);
    }
  }
  expect(nonces.size).toBe(PAGES.length);
});

test("no page loads more than 120 kB of script, gzipped", async ({ page }) => {
  for (const path of PAGES) {
    const bodies: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() === "script") bodies.push(response.body());
    });
    await page.goto(path, { waitUntil: "networkidle" });
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
    expect(
      sizes.reduce((sum, size) => sum + size, 0),
      path,
    ).toBeLessThan(120_000);
    page.removeAllListeners("response");
  }
});

test("a page carries its text once: no payload repeats it", async ({ request }) => {
  const html = await (await request.get("/search?q=quokka")).text();
  expect(html.split("published as a preprint and at a conference").length - 1).toBe(1);
});

test("Next's own request headers get the page, not its payload", async ({ request }) => {
  const answer = await request.get("/arxiv/2104.09864", {
    headers: { RSC: "1", "Next-Router-State-Tree": "x" },
  });
  expect(answer.headers()["content-type"]).toContain("text/html");
});

test("healthz and readyz answer", async ({ request }) => {
  expect(await (await request.get("/healthz")).json()).toEqual({ status: "ok" });
  expect(await (await request.get("/readyz")).json()).toEqual({ status: "ready" });
});

test("robots.txt keeps searches out and names the sitemap, whose parts list papers and lists", async ({
  request,
  baseURL,
}) => {
  const robots = await (await request.get("/robots.txt")).text();
  expect(robots).toContain("Disallow: /search");
  expect(robots).toContain(`Sitemap: ${baseURL}/sitemap.xml`);
  const index = await (await request.get("/sitemap.xml")).text();
  expect(index).toContain(`<loc>${baseURL}/sitemap/0.xml</loc>`);
  expect(await (await request.get("/sitemap/0.xml")).text()).toContain(
    `<loc>${baseURL}/arxiv/1706.03762</loc>`,
  );
  expect(await (await request.get("/sitemap/site.xml")).text()).toContain(
    `<loc>${baseURL}/arxiv/cs.CL</loc>`,
  );
  expect((await request.get("/sitemap/99.xml")).status()).toBe(404);
});

test("search pages ask not to be indexed", async ({ request }) => {
  expect(await (await request.get("/search?q=attention")).text()).toContain(
    '<meta name="robots" content="noindex, follow"/>',
  );
});
