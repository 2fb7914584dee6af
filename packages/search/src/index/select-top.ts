import { Scratch } from "./scratch.ts";

/**
 * Places of the `count` largest values, largest first; equal values are ordered by `tieKey`, ascending. `tieKey` is
 * asked once for each tied place only. Linear in the number of values, plus a sort of what is returned.
 */
export function selectTop(values: Float64Array, count: number, tieKey: (place: number) => string): number[] {
  const wanted = Math.min(count, values.length);
  if (wanted <= 0) return [];
  const threshold = wanted === values.length ? Number.NEGATIVE_INFINITY : largest(values, wanted);
  const places: number[] = [];
  for (let place = 0; place < values.length; place++) if (values[place]! >= threshold) places.push(place);
  places.sort((left, right) => values[right]! - values[left]! || left - right);
  return orderTies(places, values, wanted, tieKey);
}

function orderTies(
  places: readonly number[],
  values: Float64Array,
  wanted: number,
  tieKey: (place: number) => string,
): number[] {
  const ordered: number[] = [];
  let at = 0;
  while (at < places.length && ordered.length < wanted) {
    let end = at + 1;
    while (end < places.length && values[places[end]!] === values[places[at]!]) end++;
    if (end === at + 1) ordered.push(places[at]!);
    else {
      const tied = places.slice(at, end).map((place) => ({ place, key: tieKey(place) }));
      tied.sort((left, right) =>
        left.key < right.key ? -1 : left.key > right.key ? 1 : left.place - right.place,
      );
      for (const { place } of tied) ordered.push(place);
    }
    at = end;
  }
  ordered.length = wanted;
  return ordered;
}

/** The count-th largest value: Hoare's quickselect on a copy, pivot by median of three. */
function largest(values: Float64Array, count: number): number {
  const scratch = new Scratch();
  const work = scratch.float64(values.length);
  work.set(values);
  const found = quickselect(work, count);
  scratch.release();
  return found;
}

function quickselect(work: Float64Array, count: number): number {
  let low = 0;
  let high = work.length - 1;
  const target = count - 1;
  while (low < high) {
    const pivot = median(work[low]!, work[(low + high) >>> 1]!, work[high]!);
    let left = low;
    let right = high;
    while (left <= right) {
      while (work[left]! > pivot) left++;
      while (work[right]! < pivot) right--;
      if (left > right) break;
      const swapped = work[left]!;
      work[left++] = work[right]!;
      work[right--] = swapped;
    }
    if (target <= right) high = right;
    else if (target >= left) low = left;
    else break;
  }
  return work[target]!;
}

const median = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
