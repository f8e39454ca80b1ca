// One number, large, with how it changed and the way there.
import { text } from "../../language";
import { formatValue, labelsOfTimes, numberOf, timeOf, withUnit } from "./format";
import { indexOf } from "./series";
import { isTemporal, type ChartData, type ChartSettings } from "./types";

export function drawNumber(host: HTMLElement, data: ChartData, settings: ChartSettings): void {
  const [x, y] = [indexOf(data, settings.x), indexOf(data, settings.y?.[0])];
  const rows = x < 0 ? [...data.rows] : [...data.rows].sort((a, b) => (timeOf(a[x]) ?? 0) - (timeOf(b[x]) ?? 0));
  const values = rows.map((row) => numberOf(row[y]));
  const [last, before] = [values.at(-1) ?? null, values.at(-2) ?? null];
  const box = document.createElement("div");
  box.className = "big-number";
  const figure = document.createElement("div");
  figure.className = "value";
  figure.textContent = last === null ? "–" : withUnit(formatValue(last, undefined, settings.decimals), settings.unit);
  box.append(figure);
  if (x >= 0 && last !== null) {
    const moment = document.createElement("div");
    moment.className = "quiet";
    moment.textContent = isTemporal(data.columns[x]) ? labelsOfTimes(rows.map((row) => row[x])).at(-1)! : formatValue(rows.at(-1)![x], data.columns[x]);
    box.append(moment);
  }
  if (last !== null && before !== null && before !== 0) box.append(trend(last, before));
  if (settings.goal !== undefined && last !== null) box.append(goal(last, settings.goal, settings));
  const known = values.filter((value) => value !== null);
  if (known.length > 2) box.append(spark(known));
  host.replaceChildren(box);
}

function trend(last: number, before: number): HTMLElement {
  const share = (last - before) / Math.abs(before);
  const line = document.createElement("div");
  line.className = "trend";
  const sign = share > 0 ? "▲" : share < 0 ? "▼" : "=";
  line.textContent = text({ en: "{0} {1} % since the one before", fr: "{0} {1} % depuis la précédente" }, sign, formatValue(Math.abs(Math.round(share * 1000) / 10)));
  return line;
}

function goal(last: number, aim: number, settings: ChartSettings): HTMLElement {
  const box = document.createElement("div");
  box.className = "goal";
  const words = document.createElement("span");
  words.textContent = text({ en: "{0} % of {1}", fr: "{0} % de {1}" }, formatValue(Math.round((1000 * last) / aim) / 10), withUnit(formatValue(aim, undefined, settings.decimals), settings.unit));
  const meter = document.createElement("meter");
  meter.max = aim;
  meter.value = last;
  box.append(meter, words);
  return box;
}

function spark(values: readonly number[]): SVGSVGElement {
  const [width, height] = [240, 44];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const place = (value: number, at: number): string => `${((at / (values.length - 1)) * width).toFixed(1)},${(height - 3 - ((value - least) / (most - least || 1)) * (height - 6)).toFixed(1)}`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(svg.namespaceURI, "polyline");
  line.setAttribute("points", values.map(place).join(" "));
  svg.append(line);
  return svg;
}
