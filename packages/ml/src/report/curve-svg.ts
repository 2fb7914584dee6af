/** One line of a chart. */
export interface Curve {
  readonly name: string;
  /** x rising */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 560;
const HEIGHT = 220;
const MARGIN = { left: 62, right: 12, top: 26, bottom: 26 };
/** Distinguishable with colour-blindness (Okabe and Ito 2008). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const MAX_POINTS = 400;

export const colorOf = (index: number): string => COLORS[index % COLORS.length]!;

/** Text as XML content or attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** At most `count` round values that cover low … high. */
export function niceTicks(low: number, high: number, count = 5): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A chart as SVG text: title, axes with round ticks, one polyline a curve. Values that are no numbers are left out. */
export function curveSvg(title: string, curves: readonly Curve[]): string {
  const finite = curves.map(({ name, points }) => ({
    name,
    points: points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const all = finite.flatMap(({ points }) => points);
  const [lowX, highX] = range(all.map(([x]) => x));
  const [lowY, highY] = range(all.map(([, y]) => y));
  const toX = (x: number) =>
    MARGIN.left + ((x - lowX) / (highX - lowX || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (y: number) =>
    HEIGHT - MARGIN.bottom - ((y - lowY) / (highY - lowY || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const vertical = niceTicks(lowX, highX).map(
    (x) => `<text x="${round(toX(x))}" y="${HEIGHT - 8}" text-anchor="middle">${x}</text>`,
  );
  const horizontal = niceTicks(lowY, highY).map((y) => {
    const at = round(toY(y));
    return (
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#ddd"/>` +
      `<text x="${MARGIN.left - 6}" y="${at + 4}" text-anchor="end">${label(y)}</text>`
    );
  });
  const lines = finite.map(({ name, points }, i) => {
    const path = thinned(points).map(([x, y]) => `${round(toX(x))},${round(toY(y))}`);
    return `<polyline fill="none" stroke="${colorOf(i)}" stroke-width="1.5" points="${path.join(" ")}"><title>${escapeXml(name)}</title></polyline>`;
  });
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(title)}">` +
    `<text x="${MARGIN.left}" y="16" font-weight="bold">${escapeXml(title)}</text>` +
    `${horizontal.join("")}${vertical.join("")}${lines.join("")}</svg>`
  );
}

function range(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return values.length === 0 ? [0, 1] : [low, high];
}

/** Means over equal stretches when there are more points than can be seen. */
function thinned(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  if (points.length <= MAX_POINTS) return [...points];
  const size = Math.ceil(points.length / MAX_POINTS);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const mean = (axis: 0 | 1) => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
}

const round = (value: number) => Math.round(value * 10) / 10;
const label = (value: number) =>
  Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(0) : String(value);
