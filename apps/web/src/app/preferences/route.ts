import { isLocale, LOCALE_COOKIE, THEME_COOKIE } from "../../i18n/locale.ts";
import { readReturnPath } from "../../url/return-path.ts";

export const dynamic = "force-dynamic";

const YEAR_SECONDS = 365 * 24 * 3600;

/** Keeps a reader's choice of language or colours in a cookie and goes back to where it was made. */
export async function POST(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => new FormData());
  const headers = new Headers({ Location: readReturnPath(form.get("return")) });
  const keep = (name: string, value: string, maxAge: number): void => {
    headers.append("Set-Cookie", `${name}=${value}; Path=/; Max-Age=${maxAge}; SameSite=Lax; HttpOnly`);
  };
  const locale = form.get("locale");
  if (typeof locale === "string" && isLocale(locale)) keep(LOCALE_COOKIE, locale, YEAR_SECONDS);
  const theme = form.get("theme");
  if (theme === "light" || theme === "dark") keep(THEME_COOKIE, theme, YEAR_SECONDS);
  if (theme === "auto") keep(THEME_COOKIE, "", 0);
  return new Response(null, { status: 303, headers });
}

/** The address itself is no page. */
export function GET(): Response {
  return new Response(null, { status: 303, headers: { Location: "/" } });
}
