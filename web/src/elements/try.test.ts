import { describe, expect, it } from "vitest";
import { stepOf, valueOf, type Field } from "./try-row";

const number: Field = { name: "tonnes", type: "number", isRequired: true, choices: [], least: 0, most: 10 };

describe("a field", () => {
  it("takes numbers as people write them", () => {
    expect(valueOf(number, "12,5")).toBe(12.5);
    expect(valueOf(number, " 1 200 ")).toBe(1200);
    expect(valueOf(number, "-1e3")).toBe(-1000);
  });
  it("leaves what is no number to the server", () => expect(valueOf(number, "a lot")).toBe("a lot"));
  it("knows nothing when nothing is written", () => expect(valueOf(number, "  ")).toBeNull());
  it("keeps texts, and true and false", () => {
    expect(valueOf({ ...number, type: "category" }, "007")).toBe("007");
    expect(valueOf({ ...number, type: "boolean" }, "false")).toBe(false);
  });
  it("slides in round steps", () => {
    expect(stepOf(0, 200)).toBe(1);
    expect(stepOf(0, 1)).toBeCloseTo(0.005);
    expect(stepOf(3, 3)).toBe(1);
  });
});
