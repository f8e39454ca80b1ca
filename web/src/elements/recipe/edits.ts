// Cells changed and rows deleted by hand, as an `edit` step.
import type { Column, Row, Step } from "./types";

export type Edited = { key: Record<string, unknown>; set?: Record<string, unknown>; delete?: boolean };

/** The columns that tell rows apart: one that does by itself, named like a key where there is one; else all. */
export function keyColumns(columns: readonly Column[], rows: readonly Row[]): number[] {
  const seen = rows.filter((row) => row.state !== "removed");
  const isKey = (at: number): boolean => {
    const values = seen.map((row) => (row.before ?? row.cells)[at]);
    return values.every((value) => value !== null && value !== undefined) && new Set(values.map(String)).size === values.length && columns[at]!.kind !== "time";
  };
  const candidates = columns.map((_, at) => at).filter(isKey);
  const named = candidates.find((at) => /(^|_)(id|key|code|no|nr|number)$/i.test(columns[at]!.name) || /id$/i.test(columns[at]!.name)) ?? candidates[0];
  return named === undefined ? columns.map((_, at) => at) : [named];
}

/** The steps with this row edited: in the last step where that is one of edits, else in a new one. */
export function withEdit(steps: readonly Step[], columns: readonly Column[], rows: readonly Row[], row: Row, change: { column: number; value: unknown } | "delete", id: string): Step[] {
  const known = row.before ?? row.cells;
  const key = Object.fromEntries(keyColumns(columns, rows).map((at) => [columns[at]!.name, known[at] ?? null]));
  const last = steps.at(-1);
  const extends_ = last?.type === "edit" && !last.disabled;
  const edited = extends_ ? structuredClone((last["rows"] as Edited[] | undefined) ?? []) : [];
  let entry = edited.find((one) => JSON.stringify(one.key) === JSON.stringify(key));
  if (!entry) edited.push((entry = { key }));
  if (change === "delete") {
    delete entry.set;
    entry.delete = true;
  } else entry.set = { ...entry.set, [columns[change.column]!.name]: change.value };
  return extends_ ? [...steps.slice(0, -1), { ...last, rows: edited }] : [...steps, { id, type: "edit", rows: edited }];
}

/** What was typed, as the column holds it. */
export function typedValue(words: string, column: Column): unknown {
  if (words === "") return null;
  if (column.kind === "number" && words.trim() !== "" && Number.isFinite(Number(words.replace(",", ".")))) return Number(words.replace(",", "."));
  if (column.kind === "boolean" && /^(true|false)$/i.test(words)) return words.toLowerCase() === "true";
  return words;
}
