// From rows to what is drawn: one value for each place on the axis and each series, with the rows that it stands for.
import { formatValue, labelsOfTimes, none, numberOf, timeOf } from "./format";
import { isTemporal, type ChartData, type ChartSettings, type Column, type Filter } from "./types";

export type Series = { name: string; values: (number | null)[]; filters: Filter[]; measure: string };
export type Layout = { column: Column | undefined; places: unknown[]; labels: string[]; times: (number | null)[] | null; series: Series[] };

const mostSeries = 30;

export const indexOf = (data: ChartData, name: string | undefined): number => (name === undefined ? -1 : data.columns.findIndex((column) => column.name === name));

/** Places along x and the series over them. Rows that fall together are summed. */
export function layOut(data: ChartData, settings: ChartSettings): Layout {
  const x = indexOf(data, settings.x);
  const split = indexOf(data, settings.series);
  const measures = (settings.y ?? []).map((name) => ({ name, at: indexOf(data, name) })).filter((measure) => measure.at >= 0);
  const column = data.columns[x];
  const isTime = isTemporal(column);
  const places: unknown[] = [];
  const placeOf = new Map<unknown, number>();
  for (const row of data.rows) {
    const value = x < 0 ? "" : row[x];
    if (!placeOf.has(value)) {
      placeOf.set(value, places.length);
      places.push(value);
    }
  }
  if (isTime) {
    places.sort((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0));
    places.forEach((place, at) => placeOf.set(place, at));
  }
  const series = new Map<string, Series>();
  for (const row of data.rows) {
    const place = placeOf.get(x < 0 ? "" : row[x])!;
    for (const measure of measures) {
      const level = split < 0 ? undefined : row[split];
      const name = split < 0 ? measure.name : measures.length > 1 ? `${formatValue(level, data.columns[split])} · ${measure.name}` : formatValue(level, data.columns[split]);
      let one = series.get(name);
      if (!one) {
        if (series.size >= mostSeries) continue;
        one = { name, values: places.map(() => null), filters: split < 0 ? [] : [{ column: data.columns[split]!.name, value: level }], measure: measure.name };
        series.set(name, one);
      }
      const value = numberOf(row[measure.at]);
      if (value !== null) one.values[place] = (one.values[place] ?? 0) + value;
    }
  }
  const labels = isTime ? labelsOfTimes(places) : places.map((place) => (place === null ? none : typeof place === "number" && /year|ann[ée]e/i.test(column?.name ?? "") ? String(place) : formatValue(place, column)));
  return { column, places, labels, times: isTime ? places.map(timeOf) : null, series: [...series.values()] };
}

/** The rows behind one place of one series. */
export function filtersOf(layout: Layout, place: number, series: Series | undefined): Filter[] {
  return [...(layout.column ? [{ column: layout.column.name, value: layout.places[place] }] : []), ...(series?.filters ?? [])];
}

/** Values as equal steps: from, to, count. */
export function bins(values: readonly number[], wanted?: number): { from: number; to: number; count: number }[] {
  if (values.length === 0) return [];
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least === most) return [{ from: least, to: most, count: values.length }];
  const rough = (most - least) / (wanted ?? Math.min(40, Math.max(5, Math.ceil(Math.sqrt(values.length)))));
  const scale = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * scale >= rough) ?? 10) * scale;
  const start = Math.floor(least / step) * step;
  const count = Math.floor((most - start) / step) + 1;
  const steps = Array.from({ length: count }, (_, at) => ({ from: start + at * step, to: start + (at + 1) * step, count: 0 }));
  for (const value of values) steps[Math.min(count - 1, Math.floor((value - start) / step))]!.count++;
  return steps;
}

/** Least, quarter, median, three quarters and most, whiskers at most one and a half boxes long; and what lies beyond. */
export function boxOf(values: readonly number[]): { box: [number, number, number, number, number]; outside: number[] } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const position = (sorted.length - 1) * share;
    const [low, high] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
    return low + (high - low) * (position - Math.floor(position));
  };
  const [q1, median, q3] = [at(0.25), at(0.5), at(0.75)];
  const reach = 1.5 * (q3 - q1);
  const inside = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  return { box: [inside[0]!, q1, median, q3, inside[inside.length - 1]!], outside: sorted.filter((value) => value < q1 - reach || value > q3 + reach) };
}
