// A table of two categories, with sums at both ends.
import { text } from "../../language";
import { formatValue, labelsOfTimes, numberOf } from "./format";
import { indexOf } from "./series";
import { isTemporal, type ChartData, type ChartSettings, type Column, type Row } from "./types";

const mostColumns = 60;

/** The rows of a pivot as a result of its own: a row for each x, a column for each level of the series, and the sums. */
export function pivot(data: ChartData, settings: ChartSettings): ChartData {
  const [x, split, measure] = [indexOf(data, settings.x), indexOf(data, settings.series), indexOf(data, settings.y?.[0])];
  if (x < 0 || split < 0) return data;
  const levels = [...new Set(data.rows.map((row) => row[split]))].sort((a, b) => (numberOf(a) ?? 0) - (numberOf(b) ?? 0) || String(a).localeCompare(String(b))).slice(0, mostColumns);
  const levelAt = new Map(levels.map((level, at) => [level, at]));
  const cells = new Map<unknown, (number | null)[]>();
  for (const row of data.rows) {
    const at = levelAt.get(row[split]);
    if (at === undefined) continue;
    if (!cells.has(row[x])) cells.set(row[x], levels.map(() => null));
    const line = cells.get(row[x])!;
    line[at] = (line[at] ?? 0) + (measure < 0 ? 1 : (numberOf(row[measure]) ?? 0));
  }
  const sum = (values: readonly (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const total = text({ en: "Total", fr: "Total" });
  const number = (name: string): Column => ({ name, type: "DOUBLE", kind: "number" });
  const places = [...cells.keys()];
  const labels = isTemporal(data.columns[x]) ? labelsOfTimes(places) : places.map((place) => formatValue(place, data.columns[x]));
  const rows: Row[] = [...cells.values()].map((values, at) => [labels[at], ...values, sum(values)]);
  const foot: Row = [total, ...levels.map((_, at) => sum([...cells.values()].map((values) => values[at] ?? null))), sum([...cells.values()].map(sum))];
  return { columns: [{ ...data.columns[x]!, kind: "text" }, ...levels.map((level) => number(formatValue(level, data.columns[split]))), number(total)], rows: [...rows, foot], tables: data.tables };
}
