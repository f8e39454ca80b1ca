// How values are written: numbers and dates as the reader does, never as the data is parsed.
import { formatNumber, language, text } from "../../language";
import { isIdentifier, type Column } from "./types";

const locale = language === "fr" ? "fr-FR" : "en-US";
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

export const none = "–";

/** A number, or null for what is none: numbers with many digits come as text. */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" && value.trim() !== "") {
    const number = Number(value);
    return Number.isFinite(number) ? number : null;
  }
  return typeof value === "boolean" ? Number(value) : null;
}

/** Milliseconds since 1970 of an ISO date or time (UTC when it says nothing else), or null. */
export function timeOf(value: unknown): number | null {
  if (typeof value !== "string") return typeof value === "number" && value >= 1000 && value <= 3000 ? Date.UTC(value, 0, 1) : null;
  const time = Date.parse(/[zZ]|[+-]\d\d(:?\d\d)?$/.test(value.slice(10)) || value.length <= 10 ? value : `${value}Z`);
  return Number.isNaN(time) ? null : time;
}

export function formatValue(value: unknown, column?: Column, decimals?: number): string {
  if (value === null || value === undefined) return none;
  if (isIdentifier(column)) return String(value);
  if (typeof value === "number") return decimals === undefined ? formatNumber(value) : value.toLocaleString(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  if (typeof value === "boolean") return value ? text({ en: "true", fr: "vrai" }) : text({ en: "false", fr: "faux" });
  if (column?.kind === "date" || column?.kind === "time") return formatTime(value, column);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function formatTime(value: unknown, column: Column | undefined): string {
  const time = timeOf(value);
  if (time === null) return String(value);
  return column?.kind === "time" && time % 86_400_000 !== 0 ? minute.format(time) : day.format(time);
}

export const formatShort = (value: number): string => (Math.abs(value) >= 10_000 ? compact.format(value) : formatNumber(Math.round(value * 1000) / 1000));

/** Labels for dates along an axis of categories: months alone when all are firsts of a month, years when all are first of January. */
export function labelsOfTimes(values: readonly unknown[]): string[] {
  const times = values.map(timeOf);
  const dates = times.map((time) => (time === null ? null : new Date(time)));
  const all = (test: (date: Date) => boolean): boolean => dates.every((date) => date === null || test(date));
  const isMidnight = all((date) => date.getTime() % 86_400_000 === 0);
  if (isMidnight && all((date) => date.getUTCDate() === 1 && date.getUTCMonth() === 0)) return dates.map((date, at) => (date ? String(date.getUTCFullYear()) : String(values[at] ?? none)));
  if (isMidnight && all((date) => date.getUTCDate() === 1)) return dates.map((date, at) => (date ? month.format(date) : String(values[at] ?? none)));
  return times.map((time, at) => (time === null ? String(values[at] ?? none) : isMidnight ? day.format(time) : minute.format(time)));
}

export const withUnit = (words: string, unit: string | undefined): string => (unit ? `${words}\u00a0${unit}` : words);
