/** Learning rate (or any other scalar) by step; steps count from 0. */
export type Schedule = (step: number) => number;

export const constant =
  (value: number): Schedule =>
  () =>
    value;

/**
 * Straight lines through (step, value) points; constant before the first and after the last.
 *
 * @throws RangeError unless there is a point and steps rise strictly
 */
export function piecewiseLinear(points: readonly (readonly [step: number, value: number])[]): Schedule {
  if (points.length === 0) throw new RangeError("A piecewise-linear schedule needs at least one point.");
  for (let i = 1; i < points.length; i++) {
    if (!(points[i]![0] > points[i - 1]![0])) {
      throw new RangeError(
        `Steps of a schedule must rise, but ${points[i]![0]} follows ${points[i - 1]![0]}.`,
      );
    }
  }
  return (step) => {
    const next = points.findIndex(([at]) => at > step);
    if (next === 0) return points[0]![1];
    if (next === -1) return points[points.length - 1]![1];
    const [x0, y0] = points[next - 1]!;
    const [x1, y1] = points[next]!;
    return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
  };
}

/** From 0 up to `peak` over `warmupSteps`, then straight down to `floor` at `totalSteps`. */
export function warmupLinear(peak: number, warmupSteps: number, totalSteps: number, floor = 0): Schedule {
  if (warmupSteps === 0)
    return piecewiseLinear([
      [0, peak],
      [totalSteps, floor],
    ]);
  return piecewiseLinear([
    [0, 0],
    [warmupSteps, peak],
    [totalSteps, floor],
  ]);
}

/** From 0 up to `peak`, then down along half a cosine to `floor` at `totalSteps`. */
export function warmupCosine(peak: number, warmupSteps: number, totalSteps: number, floor = 0): Schedule {
  return (step) => {
    if (step < warmupSteps) return (peak * step) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}
