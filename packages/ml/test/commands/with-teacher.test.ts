import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTeacher, withTeacher } from "../../src/commands/with-teacher.ts";
import { packBlock } from "../../src/data/token-store.ts";
import { input } from "../../src/graph/index.ts";
import { writeWeights } from "../../src/interchange/checkpoint.ts";
import { encode, studentConfig } from "../../src/models/index.ts";
import { ForwardContext, initializeParameters } from "../../src/nn/index.ts";

test("pairs get the cosines of queries with documents; segments get the teacher's cosines of their uncorrupted sources; positions pass through", async () => {
  const folder = await mkdtemp(join(tmpdir(), "teacher-"));
  try {
    const config = studentConfig({ vocabSize: 12, hiddenSize: 8, numAttentionHeads: 2 });
    const context = new ForwardContext(false);
    encode(context, config, { tokenIds: input("i", "int", [1, 3]), mask: input("m", "float", [1, 3]) });
    const path = join(folder, "weights.safetensors");
    const parameters = initializeParameters(context.specs(), 2);
    await writeWeights(path, { parameters, config, step: 0 }, "F32");
    const teacher = await openTeacher(path, 12, 1);
    const sources = packBlock(
      [Int32Array.of(2, 5, 3), Int32Array.of(2, 5, 6, 3), Int32Array.of(2, 5, 3)],
      5,
      0,
    );
    const source = { next: () => ({ segments: { sources, teacher: null }, other: 7 }), position: () => 4 };
    const stream = withTeacher<Record<string, unknown>>(source, teacher, ["segments"]);
    const { segments, other } = await stream.next();
    const pairs = { queries: packBlock([Int32Array.of(2, 5, 3)], 4, 0), documents: sources };
    const both = { next: () => ({ contrast: pairs, segments: 7 }), position: () => 5 };
    const taught = (await withTeacher<Record<string, unknown>>(both, teacher, ["contrast"]).next()) as {
      contrast: { teacher: Float32Array };
      segments: number;
    };
    await teacher.release();
    const matrix = (segments as { teacher: Float32Array }).teacher;
    expect([stream.position(), other, matrix.length]).toEqual([4, 7, 9]);
    for (const same of [0, 4, 8, 2, 6]) expect(matrix[same]).toBeCloseTo(1, 5);
    expect(matrix[1]).toBe(matrix[3]);
    expect(matrix[1]).toBeLessThan(0.999);
    // One query, equal to the first and the third document.
    expect(taught.segments).toBe(7);
    expect([...taught.contrast.teacher]).toEqual([...matrix.subarray(0, 3)]);
    await expect(openTeacher(path, 13, 1)).rejects.toThrow(
      /has 12 pieces, but the tokenizer 13: both must be the same/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
