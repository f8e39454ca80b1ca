// A chart as a file: CSV of its rows (safe to open in a spreadsheet), and a name for it.
import type { ChartData } from "./types";

export function toCsv(data: ChartData): string {
  const lines = [data.columns.map((column) => cell(column.name, true)), ...data.rows.map((row) => row.map((value, at) => cell(value, data.columns[at]?.kind !== "number")))];
  return lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
}

/** Each row an object by the columns' names, as GET /api/v1/tables/{name} writes them. */
export function toJson(data: ChartData): string {
  const rows = data.rows.map((row) => JSON.stringify(Object.fromEntries(data.columns.map((column, at) => [column.name, row[at] ?? null]))));
  return rows.length === 0 ? "[]\n" : `[\n${rows.join(",\n")}\n]\n`;
}

// Text that a spreadsheet would run as a formula gets an apostrophe before it.
function cell(value: unknown, isText: boolean): string {
  if (value === null || value === undefined) return "";
  let written = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (isText && /^[=+\-@\t\r]/.test(written)) written = `'${written}`;
  return written === "" || /[",\r\n]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
}

export function save(content: Blob | string, name: string, type = "text/csv;charset=utf-8"): void {
  const address = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const fileName = (title: string | undefined): string => (title ?? "").normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "escale";
