// Charts without axes, or with two of categories: heat map, pie, funnel, sankey, map.
import type { EChartsOption } from "echarts";
import { text } from "../../language";
import { countryOf } from "./countries";
import { formatShort, formatValue, numberOf } from "./format";
import type { Look } from "./look";
import { frame, legend, placeAxis, written, type Drawing, type Settings } from "./options";
import { filtersOf, indexOf, layOut } from "./series";
import { shapesFor } from "./shapes";
import type { ChartData, Filter } from "./types";

export function otherOption(data: ChartData, settings: Settings, look: Look): Drawing | null {
  switch (settings.type) {
    case "heatmap":
      return heatmap(data, settings, look);
    case "pie":
      return pie(data, settings, look);
    case "funnel":
      return funnel(data, settings, look);
    case "sankey":
      return sankey(data, settings, look);
    case "map":
      return settings.latitude && settings.longitude ? points(data, settings, look) : countries(data, settings, look);
    default:
      return null;
  }
}

function scaleOf(look: Look, values: readonly number[]): object {
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  return {
    type: "continuous", min: least, max: Math.max(most, least + 1e-9), calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 10, text: [formatShort(most), formatShort(least)], textGap: 8,
    inRange: { color: [look.ramp[0], look.ramp[1]] }, textStyle: { color: look.ink3 }, formatter: (value: number) => formatShort(value),
  };
}

function heatmap(data: ChartData, settings: Settings, look: Look): Drawing {
  const layout = layOut(data, settings);
  const cells = layout.series.flatMap((series, y) => series.values.flatMap((value, x) => (value === null ? [] : [[x, y, value]])));
  return {
    option: {
      ...frame(look), grid: { left: 8, right: 16, top: 8, bottom: 44, containLabel: true }, xAxis: placeAxis(look, layout.labels) as never, yAxis: placeAxis(look, layout.series.map((series) => series.name), { inverse: true }) as never,
      visualMap: scaleOf(look, cells.map((cell) => cell[2]!)) as never, series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.surface, borderWidth: 1 }, label: { show: settings.labels === true, formatter: (item: { dataIndex: number }) => formatShort(cells[item.dataIndex]![2]!) } as never }],
    },
    mark: (_, item) => {
      const [x, y, value] = cells[item] ?? [];
      if (x === undefined || y === undefined) return null;
      return { title: `${layout.labels[x]} · ${layout.series[y]!.name}`, lines: [{ name: settings.y?.[0] ?? "", value: written(value!, settings) }], filters: filtersOf(layout, x, layout.series[y]) };
    },
  };
}

function pie(data: ChartData, settings: Settings, look: Look): Drawing {
  const layout = layOut(data, { ...settings, series: undefined, y: settings.y?.slice(0, 1) });
  const all = layout.places.map((_, at) => ({ at, name: layout.labels[at]!, value: layout.series[0]?.values[at] ?? 0 })).filter((slice) => slice.value > 0).sort((a, b) => b.value - a.value);
  const rest = all.slice(7);
  const shown = rest.length > 1 ? [...all.slice(0, 7), { at: -1, name: text({ en: "Other", fr: "Autres" }), value: rest.reduce((sum, slice) => sum + slice.value, 0) }] : all;
  const sum = all.reduce((total, slice) => total + slice.value, 0);
  return {
    option: {
      ...frame(look), ...legend(look, shown.map((slice) => slice.name)),
      series: [{ type: "pie", radius: ["46%", "74%"], center: ["50%", "56%"], data: shown.map(({ name, value }) => ({ name, value })), itemStyle: { borderColor: look.surface, borderWidth: 2 }, label: { color: look.ink2, formatter: (item: { dataIndex: number }) => `${formatShort(Math.round((1000 * shown[item.dataIndex]!.value) / sum) / 10)} %` } as never }],
    },
    mark: (_, item) => {
      const slice = shown[item];
      return slice ? { title: slice.name, lines: [{ name: settings.y?.[0] ?? "", value: written(slice.value, settings), colour: look.palette[item % look.palette.length] }, { name: text({ en: "share", fr: "part" }), value: `${formatShort(Math.round((1000 * slice.value) / sum) / 10)} %` }], filters: slice.at < 0 ? [] : filtersOf(layout, slice.at, undefined) } : null;
    },
  };
}

function funnel(data: ChartData, settings: Settings, look: Look): Drawing {
  const layout = layOut(data, { ...settings, series: undefined, y: settings.y?.slice(0, 1) });
  const values = layout.series[0]?.values ?? [];
  const first = values[0] ?? 0;
  return {
    option: { ...frame(look), series: [{ type: "funnel", sort: "none", gap: 2, top: 12, bottom: 12, left: "4%", width: "58%", data: layout.labels.map((name, at) => ({ name, value: values[at] ?? 0 })), label: { position: "right", color: look.ink2, formatter: (item: { dataIndex: number }) => `${layout.labels[item.dataIndex]}  ${formatShort(values[item.dataIndex] ?? 0)}` } as never, itemStyle: { borderWidth: 0 } }] },
    mark: (_, item) => ({ title: layout.labels[item] ?? "", lines: [{ name: settings.y?.[0] ?? "", value: written(values[item] ?? null, settings), colour: look.palette[item % look.palette.length] }, { name: text({ en: "of the first", fr: "du premier" }), value: first ? `${formatShort(Math.round((1000 * (values[item] ?? 0)) / first) / 10)} %` : "–" }], filters: filtersOf(layout, item, undefined) }),
  };
}

function sankey(data: ChartData, settings: Settings, look: Look): Drawing {
  const [source, target, measure] = [indexOf(data, settings.x), indexOf(data, settings.series), indexOf(data, settings.y?.[0])];
  const sums = new Map<string, { from: unknown; to: unknown; value: number }>();
  for (const row of data.rows) {
    if (row[source] === null || row[target] === null) continue;
    const key = JSON.stringify([row[source], row[target]]);
    const link = sums.get(key) ?? { from: row[source], to: row[target], value: 0 };
    link.value += numberOf(row[measure]) ?? (measure < 0 ? 1 : 0);
    sums.set(key, link);
  }
  // One name on both sides would make a circle: the sides are told apart.
  const names = { from: (value: unknown) => `${formatValue(value)}\u200b`, to: (value: unknown) => formatValue(value) };
  const links = [...sums.values()].filter((link) => link.value > 0).sort((a, b) => b.value - a.value).slice(0, 200);
  const nodes = [...new Set([...links.map((link) => names.from(link.from)), ...links.map((link) => names.to(link.to))])].map((name) => ({ name }));
  return {
    option: { ...frame(look), series: [{ type: "sankey", left: 8, right: 120, top: 12, bottom: 12, data: nodes, links: links.map((link) => ({ source: names.from(link.from), target: names.to(link.to), value: link.value })), lineStyle: { color: "gradient", opacity: 0.35 }, label: { color: look.ink2 }, emphasis: { focus: "adjacency" }, nodeGap: 10 }] },
    mark: (_, item) => {
      const link = links[item];
      const filters: Filter[] = link ? [{ column: data.columns[source]!.name, value: link.from }, { column: data.columns[target]!.name, value: link.to }] : [];
      return link ? { title: `${formatValue(link.from)} → ${formatValue(link.to)}`, lines: [{ name: settings.y?.[0] ?? text({ en: "rows", fr: "lignes" }), value: written(link.value, settings) }], filters } : null;
    },
  };
}

const geo = (look: Look, extra: object): object => ({
  roam: true, scaleLimit: { min: 1, max: 400 }, itemStyle: { areaColor: look.dark ? "#22303c" : "#e8ecef", borderColor: look.dark ? "#3a4a58" : "#c3cad2", borderWidth: 0.6 }, emphasis: { disabled: true }, select: { disabled: true }, silent: true, left: 0, right: 0, top: 0, bottom: 0, ...extra,
});

function points(data: ChartData, settings: Settings, look: Look): Drawing {
  const [lat, lon, size] = [indexOf(data, settings.latitude), indexOf(data, settings.longitude), indexOf(data, settings.size ?? settings.y?.[0])];
  const found = data.rows.map((row, at) => ({ at, lat: numberOf(row[lat]), lon: numberOf(row[lon]) })).filter((point): point is { at: number; lat: number; lon: number } => point.lat !== null && point.lon !== null && Math.abs(point.lat) <= 90 && Math.abs(point.lon) <= 180);
  const most = Math.max(1e-9, ...found.map((point) => Math.abs(numberOf(data.rows[point.at]![size]) ?? 0)));
  const bound = (values: number[], least: number): [number, number] => {
    const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [-60, 60];
    const margin = Math.max((high - low) * 0.12, least);
    return [low - margin, high + margin];
  };
  const [west, east] = bound(found.map((point) => point.lon), 0.02);
  const [south, north] = bound(found.map((point) => point.lat), 0.02);
  const small = found.length > 120;
  const weights = found.map((point) => Math.log1p(Math.max(0, numberOf(data.rows[point.at]![size]) ?? 0)));
  const isDense = small && size >= 0;
  const shapes = shapesFor([west, south, east, north]);
  return {
    map: shapes,
    option: {
      ...frame(look), geo: geo(look, { map: shapes.name, boundingCoords: [[Math.max(-180, west), Math.min(85, north)], [Math.min(180, east), Math.max(-85, south)]], aspectScale: Math.cos((((north + south) / 2) * Math.PI) / 180) }) as never,
      // Many points: what they count is told by their colour, on a scale of magnitudes, since a few places hold most of it.
      ...(isDense ? { visualMap: { show: false, dimension: 2, min: Math.min(...weights), max: Math.max(...weights, 1e-9), inRange: { color: [look.palette[6]!, look.palette[0]!, look.palette[1]!], symbolSize: [2.5, 9], opacity: [0.45, 0.95] } } as never } : {}),
      series: [{ type: "scatter", coordinateSystem: "geo", data: found.map((point, at) => (isDense ? [point.lon, point.lat, weights[at]!] : [point.lon, point.lat])), large: found.length > 2000 && size < 0, symbolSize: size < 0 ? (found.length > 800 ? 3 : small ? 5 : 8) : (_: unknown, item: { dataIndex: number }) => 5 + 24 * Math.sqrt(Math.abs(numberOf(data.rows[found[item.dataIndex]!.at]![size]) ?? 0) / most), itemStyle: { color: look.palette[0], opacity: small ? 0.5 : 0.75 } }],
    },
    mark: (_, item) => {
      const row = data.rows[found[item]?.at ?? -1];
      return row ? { title: "", lines: data.columns.map((column, index) => ({ name: column.name, value: formatValue(row[index], column) })).slice(0, 8), filters: data.columns.filter((column) => column.kind === "text").slice(0, 1).map((column) => ({ column: column.name, value: row[data.columns.indexOf(column)] })) } : null;
    },
  };
}

function countries(data: ChartData, settings: Settings, look: Look): Drawing {
  const layout = layOut(data, { ...settings, series: undefined, y: settings.y?.slice(0, 1) });
  const shown = layout.places.map((place, at) => ({ at, country: countryOf(place), value: layout.series[0]?.values[at] ?? null })).filter((entry): entry is { at: number; country: string; value: number } => entry.country !== null && entry.value !== null);
  return {
    map: { name: "world", fineness: "world" },
    option: {
      ...frame(look), visualMap: scaleOf(look, shown.map((entry) => entry.value)) as never,
      series: [{ type: "map", map: "world", nameProperty: "id", roam: true, scaleLimit: { min: 1, max: 40 }, data: shown.map((entry) => ({ name: entry.country, value: entry.value })), itemStyle: { areaColor: look.dark ? "#22303c" : "#e8ecef", borderColor: look.surface, borderWidth: 0.6 }, emphasis: { label: { show: false }, itemStyle: { areaColor: look.palette[1] } }, select: { disabled: true }, label: { show: false }, boundingCoords: [[-170, 82], [190, -56]], top: 4, bottom: 36, left: 4, right: 4 }],
    } as EChartsOption,
    mark: (_, item) => {
      const entry = shown[item];
      return entry ? { title: layout.labels[entry.at]!, lines: [{ name: settings.y?.[0] ?? "", value: written(entry.value, settings) }], filters: filtersOf(layout, entry.at, undefined) } : null;
    },
  };
}
