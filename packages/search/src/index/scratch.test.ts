import { expect, test } from "vitest";
import { Scratch } from "./scratch.ts";

test("memory that was given back is used again, and is zero", () => {
  const first = new Scratch();
  const used = first.float32(3000).fill(7);
  first.release();
  const second = new Scratch();
  const again = second.uint8(9000);
  expect(again.buffer).toBe(used.buffer);
  expect([again.length, again.every((value) => value === 0)]).toEqual([9000, true]);
  second.release();
});

test("arrays of one search, and of searches at the same time, never share memory", () => {
  const scratches = [new Scratch(), new Scratch()];
  const buffers = scratches.flatMap((scratch) => [
    scratch.uint16(5000).buffer,
    scratch.uint32(2500).buffer,
    scratch.float64(1250).buffer,
  ]);
  expect(new Set(buffers).size).toBe(6);
  for (const scratch of scratches) scratch.release();
});

test("giving back twice gives back once, an empty array is one, a huge one is no part of the pool", () => {
  const scratch = new Scratch();
  const { buffer } = scratch.uint8(5000);
  expect(scratch.float32(0)).toHaveLength(0);
  const huge = scratch.float64(600_000);
  expect([huge.length, huge.at(-1)]).toEqual([600_000, 0]);
  scratch.release();
  scratch.release();
  const next = new Scratch();
  const buffers = [next.uint8(5000).buffer, next.uint8(5000).buffer, next.float64(600_000).buffer];
  expect(buffers.filter((each) => each === buffer)).toHaveLength(1);
  expect(buffers[2]).not.toBe(huge.buffer);
  next.release();
});
