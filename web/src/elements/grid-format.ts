// How values look in a grid. Data arrives as text, so that every digit is kept; only its look follows the reader's language.
import { language } from "../language";

export type Column = { name: string; type: string; kind: "number" | "text" | "time" | "boolean" | "nested" | "bytes" };

const [group, point] = language === "fr" ? ["\u202f", ","] : [",", "."];

/** 1234567.5 as 1,234,567.5 or 1 234 567,5: on the text, since a number in JavaScript would lose digits. */
export function showNumber(value: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (!match) return value;
  const whole = match[2]!.replace(/\B(?=(\d{3})+$)/g, group);
  return `${match[1]}${whole}${match[3] === undefined ? "" : point + match[3]}`;
}

/** 2024-01-02 03:04:05+00 as 2024-01-02 03:04:05: times are shown in UTC, and the head of the column says so. */
export function show(value: string, column: Column): string {
  switch (column.kind) {
    case "number":
      return isIdentifier(column.name) ? value : showNumber(value);
    case "time":
      return value.replace(/\+00$/, "").replace(/ 00:00:00$/, "");
    case "text":
      return value.replace(/[\r\n\t]+/g, " ⏎ ");
    default:
      return value;
  }
}

/** Years, keys and numbers of things are names: 2 024 would be strange. */
function isIdentifier(name: string): boolean {
  return /(^|_)(id|key|year|imo|mmsi|code|no|number)$/i.test(name);
}

export const icons: Record<Column["kind"], string> = { number: "hash", text: "type", time: "calendar", boolean: "toggle-left", nested: "braces", bytes: "binary" };

/** Values for spreadsheets and editors: tabs between columns; what holds a tab, a quote or a line break is quoted. */
export function toTsv(rows: readonly (readonly (string | null)[])[]): string {
  return rows.map((row) => row.map((value) => (value === null ? "" : /[\t\n\r"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join("\t")).join("\n");
}

/** How wide a column starts, in pixels. */
export function startWidth(column: Column): number {
  const least = { number: 96, text: 160, time: 150, boolean: 84, nested: 220, bytes: 120 }[column.kind];
  return Math.min(320, Math.max(least, column.name.length * 7.8 + 84));
}

/** A value for the side panel: JSON and lists get lines. */
export function long(value: string, column: Column): string {
  if (column.kind !== "nested" && !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
