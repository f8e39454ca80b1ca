// The chart that suits a result, and the columns that it takes, when nobody chose.
import { isCategory, isIdentifier, isNumeric, isTemporal, type ChartData, type ChartSettings, type ChartType, type Column } from "./types";

/** The settings with everything that was left open decided. */
export function complete(data: ChartData, given: ChartSettings): ChartSettings & { type: ChartType } {
  const known = (name: string | undefined): string | undefined => (name !== undefined && data.columns.some((column) => column.name === name) ? name : undefined);
  const settings: ChartSettings = { ...given, x: known(given.x), y: given.y?.filter((name) => known(name)), series: known(given.series), size: known(given.size), latitude: known(given.latitude), longitude: known(given.longitude) };
  const type = given.type && given.type !== "auto" ? given.type : typeFor(data);
  return { ...fill(data, type, settings), type };
}

export function typeFor(data: ChartData): ChartType {
  const { columns, rows } = data;
  const numbers = columns.filter((column) => isNumeric(column) && !isCoordinate(column) && !isIdentifier(column) && !isYear(data, column));
  const categories = columns.filter((column) => isCategory(column) || isIdentifier(column));
  const times = columns.filter((column) => isTemporal(column) || isYear(data, column));
  if (rows.length === 0 || columns.some((column) => column.kind === "nested")) return "table";
  if (latitudeOf(columns) && longitudeOf(columns)) return "map";
  if (rows.length === 1) return numbers.length === 1 && columns.length <= 2 ? "number" : "table";
  if (numbers.length === 0 || columns.length > 8) return "table";
  if (times.length === 1 && categories.length === 0 && rows.length > 1) return "line";
  if (times.length === 1 && categories.length === 1 && numbers.length === 1 && distinct(data, categories[0]!) <= 12) return "line";
  if (times.length === 0 && categories.length === 1) {
    const levels = distinct(data, categories[0]!);
    if (levels < rows.length && numbers.length >= 2 && rows.length > 30) return "scatter";
    if (levels === rows.length && levels <= 40) return levels > 8 || longest(data, categories[0]!) > 14 ? "row" : "bar";
    return "table";
  }
  if (times.length === 0 && categories.length === 2 && numbers.length === 1) {
    const [first, second] = [distinct(data, categories[0]!), distinct(data, categories[1]!)];
    return first <= 30 && second <= 8 ? "bar" : first <= 60 && second <= 60 ? "heatmap" : "table";
  }
  if (times.length === 0 && categories.length === 0) return numbers.length === 1 ? "histogram" : numbers.length <= 3 ? "scatter" : "table";
  return "table";
}

function fill(data: ChartData, type: ChartType, settings: ChartSettings): ChartSettings {
  const { columns } = data;
  const free = (test: (column: Column) => boolean, ...taken: (string | undefined)[]): string | undefined => columns.find((column) => test(column) && !taken.includes(column.name))?.name;
  const axis = (column: Column): boolean => isTemporal(column) || isYear(data, column);
  const number = (column: Column): boolean => isNumeric(column) && !isCoordinate(column) && !isIdentifier(column);
  const measures = (...taken: (string | undefined)[]): string[] => columns.filter((column) => number(column) && !isYear(data, column) && !taken.includes(column.name)).map((column) => column.name);
  const next = { ...settings };
  switch (type) {
    case "number":
      next.x ??= free(axis);
      next.y = next.y?.length ? next.y : measures(next.x).slice(0, 1);
      break;
    case "scatter":
      next.x ??= free(number) ?? free(axis);
      next.y = next.y?.length ? next.y : measures(next.x).slice(0, 1);
      next.series ??= columns.find((column) => isCategory(column) && distinct(data, column) <= 12)?.name;
      break;
    case "histogram":
      next.x ??= free(number);
      break;
    case "box":
      next.x ??= free(isCategory) ?? free(axis);
      next.y = next.y?.length ? next.y : measures(next.x).slice(0, 1);
      break;
    case "heatmap":
    case "sankey":
    case "pivot":
      next.x ??= free(axis) ?? free(isCategory);
      next.series ??= free(isCategory, next.x) ?? free(axis, next.x);
      next.y = next.y?.length ? next.y : measures(next.x, next.series).slice(0, 1);
      break;
    case "map":
      next.latitude ??= latitudeOf(columns);
      next.longitude ??= longitudeOf(columns);
      if (!next.latitude || !next.longitude) next.x ??= free(isCategory);
      next.y = next.y?.length ? next.y : measures(next.latitude, next.longitude).slice(0, 1);
      break;
    case "table":
      break;
    default:
      next.x ??= free(axis) ?? free(isCategory) ?? columns[0]?.name;
      next.series ??= settings.y && settings.y.length > 1 ? undefined : ["pie", "funnel", "waterfall", "combo"].includes(type) ? undefined : seriesFor(data, next.x);
      next.y = next.y?.length ? next.y : measures(next.x, next.series).slice(0, next.series || ["pie", "funnel", "waterfall"].includes(type) ? 1 : 6);
  }
  return next;
}

// A second category makes series when the first alone does not tell the rows apart.
function seriesFor(data: ChartData, x: string | undefined): string | undefined {
  const at = data.columns.findIndex((column) => column.name === x);
  if (at < 0 || new Set(data.rows.map((row) => row[at])).size === data.rows.length) return undefined;
  return data.columns.find((column) => (isCategory(column) || isIdentifier(column)) && column.name !== x && distinct(data, column) <= 30)?.name;
}

export function distinct(data: ChartData, column: Column): number {
  const at = data.columns.indexOf(column);
  return new Set(data.rows.map((row) => row[at])).size;
}

const longest = (data: ChartData, column: Column): number => {
  const at = data.columns.indexOf(column);
  return Math.max(0, ...data.rows.map((row) => String(row[at] ?? "").length));
};

const latitudeOf = (columns: readonly Column[]): string | undefined => columns.find((column) => isNumeric(column) && /(^|_)lat(itude)?$/i.test(column.name))?.name;
const longitudeOf = (columns: readonly Column[]): string | undefined => columns.find((column) => isNumeric(column) && /(^|_)(lon|lng|long|longitude)$/i.test(column.name))?.name;
const isCoordinate = (column: Column): boolean => /(^|_)(lat(itude)?|lon|lng|longitude)$/i.test(column.name);

// Years are whole numbers that nobody wants summed.
function isYear(data: ChartData, column: Column): boolean {
  if (!isNumeric(column) || !/(^|_)(year|annee|année)$/i.test(column.name)) return false;
  const at = data.columns.indexOf(column);
  return data.rows.every((row) => row[at] === null || (Number(row[at]) >= 1000 && Number(row[at]) <= 3000));
}
