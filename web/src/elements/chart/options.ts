// Settings and rows as an option of ECharts: the charts with axes. Pure, so that tests can read what would be drawn.
import type { EChartsOption, SeriesOption } from "echarts";
import { language, text } from "../../language";
import { formatShort, formatValue, numberOf, timeOf, withUnit } from "./format";
import type { Look } from "./look";
import { otherOption } from "./options-other";
import { bins, boxOf, filtersOf, indexOf, layOut, type Layout, type Series } from "./series";
import type { Shapes } from "./shapes";
import { isTemporal, type ChartData, type ChartSettings, type ChartType, type Filter } from "./types";

export type Settings = ChartSettings & { type: ChartType };
/** What a mark says when it is pointed at, and the rows behind it. */
export type Mark = { title: string; lines: { name: string; value: string; colour?: string }[]; filters: Filter[] };
export type Drawing = { option: EChartsOption; mark(series: number, item: number): Mark | null; map?: Shapes };

export function drawing(data: ChartData, settings: Settings, look: Look): Drawing | null {
  switch (settings.type) {
    case "line":
    case "area":
    case "bar":
    case "row":
    case "combo":
      return cartesian(data, settings, look);
    case "scatter":
      return scatter(data, settings, look);
    case "histogram":
      return histogram(data, settings, look);
    case "box":
      return boxes(data, settings, look);
    case "waterfall":
      return waterfall(data, settings, look);
    default:
      return otherOption(data, settings, look);
  }
}

export function frame(look: Look): EChartsOption {
  return {
    color: look.palette,
    textStyle: { fontFamily: look.font, color: look.ink2 },
    animationDuration: 250,
    animationDurationUpdate: 200,
    aria: { enabled: true, decal: { show: false } },
    grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
    tooltip: { confine: true, className: "chart-tip", transitionDuration: 0, borderWidth: 0, padding: 0, extraCssText: "" },
  };
}

/** The names of the series above the chart: in as many lines as they need up to two, to leaf through when they need more. */
export function legend(look: Look, names: readonly string[]): EChartsOption {
  if (names.length < 2) return {};
  const lines = linesOf(names, look.width - 24);
  const isShort = lines <= 2;
  return {
    legend: { type: isShort ? "plain" : "scroll", top: 0, left: 0, ...(isShort ? { right: 0 } : {}), itemWidth: 12, itemHeight: 8, itemGap: 12, icon: "roundRect", textStyle: { color: look.ink2, lineHeight: 18 }, pageIconColor: look.ink2, pageIconInactiveColor: look.line, pageIconSize: 11, pageTextStyle: { color: look.ink3 } },
    grid: { left: 8, right: 16, top: isShort ? 16 + 20 * lines : 36, bottom: 8, containLabel: true },
  };
}

// About as wide as the letters are: a name is not broken.
function linesOf(names: readonly string[], width: number): number {
  let [lines, used] = [1, 0];
  for (const name of names) {
    const wide = 30 + 6.9 * name.length;
    if (used > 0 && used + wide > width) [lines, used] = [lines + 1, 0];
    used += wide;
  }
  return lines;
}

export const valueAxis = (look: Look, extra: object = {}): object => ({
  type: "value", axisLabel: { color: look.ink3, hideOverlap: true, formatter: (value: number) => formatShort(value) }, splitLine: { lineStyle: { color: look.line } }, axisLine: { show: false }, axisTick: { show: false }, ...extra,
});

// Along the bottom a few long names are all shown: cut to the room that each has, or aslant where that is little. Short ones, such as months, are left out
// where there is no room.
function placeLabels(look: Look, labels: readonly string[], isUpright: boolean): object {
  const room = (look.width - 60) / Math.max(1, labels.length);
  const isLong = !isUpright && labels.some((label) => label.length > 12);
  const all = isLong && room >= 56 ? { interval: 0, width: room - 6 } : isLong && room >= 22 ? { interval: 0, rotate: 40, width: 88 } : { width: 160 };
  return { color: look.ink3, hideOverlap: true, overflow: "truncate", ...all };
}

export const placeAxis = (look: Look, labels: readonly string[], extra: { inverse?: boolean; boundaryGap?: boolean } = {}): object => ({
  type: "category", data: labels, axisLabel: placeLabels(look, labels, extra.inverse === true), axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false }, ...extra,
});

// A day says its month: where there is no room for all, the one that says it alone may be left out.
const timeAxis = (look: Look): object => ({
  type: "time", axisLabel: { color: look.ink3, hideOverlap: true, formatter: { year: "{yyyy}", month: "{MMM}", day: language === "fr" ? "{d} {MMM}" : "{MMM} {d}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" } },
  axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false },
});

export const written = (value: number | null, settings: ChartSettings): string => (value === null ? "–" : withUnit(formatValue(value, undefined, settings.decimals), settings.unit));

const shares = (layout: Layout): Series[] => {
  const sums = layout.places.map((_, at) => layout.series.reduce((sum, one) => sum + Math.abs(one.values[at] ?? 0), 0));
  return layout.series.map((one) => ({ ...one, values: one.values.map((value, at) => (value === null || !sums[at] ? null : (100 * value) / sums[at]!)) }));
};

function cartesian(data: ChartData, settings: Settings, look: Look): Drawing {
  const layout = layOut(data, settings);
  const drawn = settings.stack === "percent" ? shares(layout) : layout.series;
  const flat = settings.type === "row";
  const overTime = !!layout.times && (settings.type === "line" || settings.type === "area");
  const stack = settings.stack && settings.stack !== "none" ? "all" : undefined;
  const many = layout.places.length > 60;
  const series = drawn.map((one, at): SeriesOption => {
    const isLine = settings.type === "line" || settings.type === "area" || (settings.type === "combo" && (settings.lines ?? drawn.slice(1).map((other) => other.measure)).includes(one.measure));
    const values = overTime ? one.values.map((value, place) => [layout.times![place] ?? 0, value]) : one.values;
    const label = settings.labels ? { show: true, color: look.ink2, formatter: (item: { dataIndex: number }) => (one.values[item.dataIndex] === null ? "" : formatShort(one.values[item.dataIndex]!)) } : undefined;
    return isLine
      ? { type: "line", name: one.name, data: values as number[], stack, symbol: many ? "none" : "circle", symbolSize: 5, showSymbol: !many, lineStyle: { width: 2 }, areaStyle: settings.type === "area" ? { opacity: stack ? 0.75 : 0.18 } : undefined, label: label as never, emphasis: { focus: "series" }, triggerLineEvent: true, z: 3 }
      : { type: "bar", name: one.name, data: values as number[], stack, barMaxWidth: 48, itemStyle: { borderRadius: stack ? 0 : flat ? [0, 3, 3, 0] : [3, 3, 0, 0] }, label: label && { ...label, position: stack ? "inside" : flat ? "right" : "top" } as never, emphasis: { focus: drawn.length > 1 ? "series" : "none" }, color: drawn.length === 1 ? look.palette[0] : look.palette[at % look.palette.length] };
  });
  const values = valueAxis(look, settings.stack === "percent" ? { max: 100, axisLabel: { color: look.ink3, formatter: "{value} %" } } : { scale: settings.type === "line" && !stack, ...(flat ? { splitNumber: 4 } : {}) });
  const places = overTime
    ? timeAxis(look)
    : placeAxis(look, layout.labels, flat ? { inverse: true } : {});
  const option: EChartsOption = {
    ...frame(look), ...legend(look, drawn.map((one) => one.name)), useUTC: true, xAxis: (flat ? values : places) as never, yAxis: (flat ? places : values) as never, series,
    ...(layout.places.length > 80 && !flat ? { dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }] } : {}),
  };
  return {
    option,
    mark: (at, item) => {
      const one = layout.series[at];
      if (!one) return null;
      const lines = layout.series.length <= 12
        ? layout.series.map((other, index) => ({ name: other.name, value: written(other.values[item] ?? null, settings), colour: look.palette[index % look.palette.length] }))
        : [{ name: one.name, value: written(one.values[item] ?? null, settings), colour: look.palette[at % look.palette.length] }];
      return { title: layout.labels[item] ?? "", lines, filters: filtersOf(layout, item, one) };
    },
  };
}

function scatter(data: ChartData, settings: Settings, look: Look): Drawing {
  const [x, y, size, split] = [indexOf(data, settings.x), indexOf(data, settings.y?.[0]), indexOf(data, settings.size), indexOf(data, settings.series)];
  const overTime = isTemporal(data.columns[x]);
  const groups = new Map<string, number[]>();
  data.rows.forEach((row, at) => {
    const name = split < 0 ? (settings.y?.[0] ?? "") : formatValue(row[split], data.columns[split]);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name)!.push(at);
  });
  const most = Math.max(1e-9, ...data.rows.map((row) => Math.abs(numberOf(row[size]) ?? 0)));
  const names = [...groups.keys()].slice(0, 12);
  const place = (value: unknown): number | null => (overTime ? timeOf(value) : numberOf(value));
  const series = names.map((name): SeriesOption => ({
    type: "scatter", name, data: groups.get(name)!.map((at) => [place(data.rows[at]![x]), numberOf(data.rows[at]![y])] as number[]), large: size < 0 && data.rows.length > 3000,
    symbolSize: size < 0 ? (data.rows.length > 500 ? 5 : 8) : (_: unknown, item: { dataIndex: number }) => 5 + 30 * Math.sqrt(Math.abs(numberOf(data.rows[groups.get(name)![item.dataIndex]!]![size]) ?? 0) / most),
    itemStyle: { opacity: 0.7 },
  }));
  const above = legend(look, split < 0 ? [] : names);
  const axis = (name: string | undefined, extra: object): object => valueAxis(look, { scale: true, name, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: look.ink3 }, ...extra });
  return {
    option: { ...frame(look), ...above, xAxis: axis(settings.x, overTime ? timeAxis(look) : {}) as never, yAxis: axis(settings.y?.[0], { nameGap: 44 }) as never, series, useUTC: true, grid: { left: 28, right: 16, top: (above.grid as { top: number } | undefined)?.top ?? 16, bottom: 24, containLabel: true } },
    mark: (at, item) => {
      const row = data.rows[groups.get(names[at] ?? "")?.[item] ?? -1];
      if (!row) return null;
      const shown = data.columns.map((column, index) => ({ name: column.name, value: formatValue(row[index], column) })).slice(0, 8);
      return { title: names.length > 1 ? names[at]! : "", lines: shown, filters: [x, y, split].filter((index) => index >= 0).map((index) => ({ column: data.columns[index]!.name, value: row[index] })) };
    },
  };
}

function histogram(data: ChartData, settings: Settings, look: Look): Drawing {
  const at = indexOf(data, settings.x);
  const steps = bins(data.rows.map((row) => numberOf(row[at])).filter((value) => value !== null), settings.bins);
  const labels = steps.map((step) => `${formatShort(step.from)} – ${formatShort(step.to)}`);
  return {
    option: { ...frame(look), xAxis: placeAxis(look, steps.map((step) => formatShort(step.from)), { boundaryGap: true }) as never, yAxis: valueAxis(look) as never, series: [{ type: "bar", data: steps.map((step) => step.count), barCategoryGap: "4%", name: settings.x }] },
    mark: (_, item) => (steps[item] ? { title: withUnit(labels[item]!, settings.unit), lines: [{ name: text({ en: "rows", fr: "lignes" }), value: formatValue(steps[item].count), colour: look.palette[0] }], filters: [{ column: settings.x ?? "", value: { from: steps[item].from, to: steps[item].to } }] } : null),
  };
}

function boxes(data: ChartData, settings: Settings, look: Look): Drawing {
  const [x, y] = [indexOf(data, settings.x), indexOf(data, settings.y?.[0])];
  const groups = new Map<unknown, number[]>();
  for (const row of data.rows) {
    const [place, value] = [x < 0 ? "" : row[x], numberOf(row[y])];
    if (value === null) continue;
    if (!groups.has(place)) groups.set(place, []);
    groups.get(place)!.push(value);
  }
  const places = [...groups.keys()].slice(0, 40);
  const found = places.map((place) => boxOf(groups.get(place)!));
  const outside = found.flatMap((one, at) => one.outside.slice(0, 200).map((value) => [at, value]));
  const words = [{ en: "least", fr: "minimum" }, { en: "lower quarter", fr: "premier quartile" }, { en: "median", fr: "médiane" }, { en: "upper quarter", fr: "troisième quartile" }, { en: "most", fr: "maximum" }];
  return {
    option: {
      ...frame(look), xAxis: placeAxis(look, places.map((place) => formatValue(place, data.columns[x]))) as never, yAxis: valueAxis(look, { scale: true }) as never,
      series: [
        { type: "boxplot", name: settings.y?.[0], data: found.map((one) => one.box), itemStyle: { color: look.ramp[0], borderColor: look.palette[0], borderWidth: 1.5 }, boxWidth: [8, 44] },
        { type: "scatter", data: outside, symbolSize: 4, itemStyle: { color: look.palette[1], opacity: 0.7 }, silent: true },
      ],
    },
    mark: (at, item) => (at === 0 && found[item] ? { title: formatValue(places[item], data.columns[x]), lines: [...found[item].box.map((value, index) => ({ name: text(words[index]!), value: written(value, settings) })), { name: text({ en: "rows", fr: "lignes" }), value: formatValue(groups.get(places[item])!.length) }], filters: x < 0 ? [] : [{ column: data.columns[x]!.name, value: places[item] }] } : null),
  };
}

function waterfall(data: ChartData, settings: Settings, look: Look): Drawing {
  const layout = layOut(data, { ...settings, series: undefined, y: settings.y?.slice(0, 1) });
  const steps = (layout.series[0]?.values ?? []).map((value) => value ?? 0);
  let sum = 0;
  const bars = steps.map((step) => {
    const from = sum;
    sum += step;
    return { low: Math.min(from, sum), size: Math.abs(step), step };
  });
  const total = text({ en: "Total", fr: "Total" });
  const below = sum < 0 || bars.some((bar) => bar.low < 0);
  const values = [...bars.map((bar) => [bar.low, bar.low + bar.size]), [Math.min(0, sum), Math.max(0, sum)]];
  return {
    option: {
      ...frame(look), xAxis: placeAxis(look, [...layout.labels, total]) as never, yAxis: valueAxis(look, below ? { scale: true } : {}) as never,
      series: [
        { type: "bar", stack: "w", data: values.map(([low]) => low!), itemStyle: { color: "transparent" }, silent: true, tooltip: { show: false }, stackStrategy: "all" },
        { type: "bar", stack: "w", stackStrategy: "all", barMaxWidth: 56, name: settings.y?.[0], data: values.map(([low, high], at) => ({ value: high! - low!, itemStyle: { color: at === bars.length ? look.palette[0] : bars[at]!.step >= 0 ? look.palette[2] : look.palette[1] } })), label: { show: true, position: "top", color: look.ink2, formatter: (item: { dataIndex: number }) => formatShort(item.dataIndex === bars.length ? sum : steps[item.dataIndex]!) } as never },
      ],
    },
    mark: (at, item) => (at === 1 ? { title: layout.labels[item] ?? total, lines: [{ name: settings.y?.[0] ?? "", value: written(item === bars.length ? sum : (steps[item] ?? null), settings) }], filters: item === bars.length ? [] : filtersOf(layout, item, undefined) } : null),
  };
}
