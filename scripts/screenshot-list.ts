import type { Browser, Page } from "@playwright/test";

/** A picture of the README or a guide: a page as a reader sees it, without scrolling. */
export interface Shot {
  /** File name without its ending. */
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly theme: "light" | "dark";
  readonly locale: "en-GB" | "zh-CN";
}

const desktop = { width: 1440, height: 900, locale: "en-GB" } as const;
const phone = { width: 390, height: 844 } as const;

export const SHOTS: readonly Shot[] = [
  { name: "home", path: "/", ...desktop, theme: "light" },
  {
    name: "search",
    path: "/search?q=contrastive+learning+of+sentence+embeddings",
    ...desktop,
    theme: "light",
  },
  { name: "paper", path: "/arxiv/2104.09864", ...desktop, theme: "light" },
  { name: "list", path: "/arxiv/cs.CL", ...desktop, theme: "light" },
  { name: "search-dark", path: "/search?q=diffusion+models", ...desktop, theme: "dark" },
  { name: "search-zh-phone", path: "/search?q=扩散模型", ...phone, theme: "light", locale: "zh-CN" },
  { name: "paper-dark-phone", path: "/arxiv/1706.03762", ...phone, theme: "dark", locale: "en-GB" },
  { name: "home-zh-phone", path: "/", ...phone, theme: "light", locale: "zh-CN" },
];

/** WebP at this quality keeps text clean at a third of the bytes of a PNG. */
const QUALITY = 84;

/** The shot as WebP, taken from the site at `address` (without a slash at its end) in a profile of its own. */
export async function takeShot(browser: Browser, address: string, shot: Shot): Promise<Buffer> {
  const { path, width, height, theme, locale } = shot;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale,
    reducedMotion: "reduce",
  });
  try {
    const page = await context.newPage();
    const answer = await page.goto(address + path, { waitUntil: "load" });
    if (answer?.status() !== 200)
      throw new Error(`${path} answered ${answer?.status()}, there is nothing to show.`);
    await page.evaluate(() => document.fonts.ready);
    const session = await context.newCDPSession(page);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
    return Buffer.from(data, "base64");
  } finally {
    await context.close();
  }
}

/** What a picture shows, coarsely. */
export interface PictureLook {
  readonly width: number;
  readonly height: number;
  /** Share of the pixels that differ from the commonest colour, 0 to 1: a blank page has next to none. */
  readonly inkShare: number;
}

/** Decodes a WebP picture in the browser, on an empty page. */
export async function lookAt(page: Page, picture: Buffer): Promise<PictureLook> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/webp" }));
    const { width, height } = bitmap;
    const drawing = new OffscreenCanvas(width, height).getContext("2d")!;
    drawing.drawImage(bitmap, 0, 0);
    const { data } = drawing.getImageData(0, 0, width, height);
    // Colours in steps of 16, so that the noise of compression is not taken for ink.
    const counts = new Map<number, number>();
    for (let at = 0; at < data.length; at += 4) {
      const colour = ((data[at]! >> 4) << 8) | ((data[at + 1]! >> 4) << 4) | (data[at + 2]! >> 4);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return { width, height, inkShare: 1 - Math.max(...counts.values()) / (width * height) };
  }, picture.toString("base64"));
}
