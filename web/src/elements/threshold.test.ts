import { describe, expect, it } from "vitest";
import { cheapest, nearest, outcome, type Point } from "./threshold-choice";

const points: Point[] = [[0.9, 0, 0.2], [0.6, 0.05, 0.6], [0.3, 0.3, 0.9], [0.1, 1, 1]];

describe("a threshold", () => {
  it("gives counts that add up", () => {
    const found = outcome(points[1]!, 100, 200, 1, 1);
    expect([found.truePositives, found.falsePositives, found.falseNegatives, found.trueNegatives]).toEqual([60, 10, 40, 190]);
    expect(found.precision).toBeCloseTo(60 / 70);
    expect(found.cost).toBeCloseTo((1000 * 50) / 300);
  });
  it("falls as misses cost more", () => {
    expect(cheapest(points, 100, 200, 1, 1)).toBe(1);
    expect(cheapest(points, 100, 200, 1, 50)).toBe(3);
    expect(cheapest(points, 100, 200, 50, 1)).toBe(0);
  });
  it("is found by its value", () => expect(nearest(points, 0.35)).toBe(2));
  it("has no precision when nothing is named", () => expect(outcome([1, 0, 0], 10, 10, 1, 1).precision).toBeNaN());
});
