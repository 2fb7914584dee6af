import { expect, test } from "vitest";
import {
  float16BitsOf,
  float32OfFloat16Bits,
  TensorError,
  tensorBytes,
  tensorFromBytes,
  tensorNumbers,
  tensorOf,
} from "../src/index.ts";

test("float16 rounds to nearest even, keeps subnormals, and overflows to infinity", () => {
  const cases: [number, number][] = [
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1.5 * 2 ** -24, 2],
    [2 ** -25 * 1.0001, 1],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Number.POSITIVE_INFINITY, 0x7c00],
  ];
  expect(Array.from(float16BitsOf(Float32Array.from(cases, ([value]) => value)))).toEqual(
    cases.map(([, bits]) => bits),
  );
  expect(float32OfFloat16Bits(float16BitsOf(Float32Array.of(Number.NaN)))[0]).toBeNaN();
});

test("every finite float16 survives the way to float32 and back", () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
    (bits) => (bits & 0x7c00) !== 0x7c00,
  );
  expect(float16BitsOf(float32OfFloat16Bits(all))).toEqual(all);
});

test("bytes at an odd offset become a tensor, and a wrong length is refused", () => {
  const tensor = tensorOf("int64", [2], [-1, 2 ** 40]);
  const shifted = new Uint8Array(17);
  shifted.set(tensorBytes(tensor), 1);
  expect(tensorNumbers(tensorFromBytes("int64", [2], shifted.subarray(1)))).toEqual([-1, 2 ** 40]);
  expect(() => tensorFromBytes("int64", [3], shifted.subarray(1))).toThrow(TensorError);
  expect(() => tensorOf("float32", [3], [1, 2])).toThrow("needs 3 values, not 2");
});
