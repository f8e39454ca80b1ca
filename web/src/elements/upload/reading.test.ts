// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { columnWords, formatWords, notes, readAs, type Reading } from "./reading";
import { metadata, timeLeft } from "./transfer";

const nothing: Reading = { format: "csv", suggested_name: "t", preamble: [], columns: [], questions: [], rows: null, is_whole: true, mended: 0, mended_lines: [], footer: [], next_table: null, mixed_lines: 0, zero_bytes: 0, changes: {} };

describe("what was found, in words", () => {
  it("tells two readings of a number apart", () => {
    expect(readAs("1,000", { type: "bigint", thousands: "," })).toBe("1,000");
    expect(readAs("1,000", { type: "double", decimal: "," })).toBe("1");
    expect(readAs("2.500 kg", { type: "double", unit: "kg" })).toBe("2.5");
  });

  it("tells two readings of a date apart", () => {
    expect(readAs("01/02/2024", { type: "date", format: "%d/%m/%Y" })).toBe("February 1, 2024");
    expect(readAs("01/02/2024", { type: "date", format: "%m/%d/%Y" })).toBe("January 2, 2024");
  });

  it("says formats and columns as people do", () => {
    expect(formatWords("%d/%m/%Y %H:%M")).toBe("day/month/year hour:minute");
    expect(columnWords({ type: "double", decimal: ",", thousands: " ", unit: "€" })).toBe("number, decimal comma, groups with “blank”, €");
  });

  it("tells French months", () => expect(columnWords({ type: "date", format: "%d %B %Y", language: "fr" })).toContain("months in French"));

  it("says nothing where nothing was found", () => {
    expect(notes(nothing)).toEqual([]);
    expect(notes({ ...nothing, is_whole: false, places: 24 })[0]).toContain("24 other places");
    expect(notes({ ...nothing, rows: 3, next_table: 9 })).toHaveLength(2);
  });
});

describe("an upload", () => {
  it("writes names in Base64 of UTF-8", () => {
    expect(metadata("é.csv")).toBe("filename w6kuY3N2");
  });

  it("tells the time left once the speed is known", () => {
    expect(timeLeft(0, 0, 500, 10, 100)).toBeNull();
    expect(timeLeft(0, 0, 2000, 50, 100)).toBe(2);
  });
});
