// What a chart is given and what it says. <escale-chart> takes these as properties; questions keep the settings in their files.
export type Kind = "number" | "text" | "date" | "time" | "boolean" | "nested" | "binary";
export type Column = { name: string; type: string; kind: Kind };
export type Row = readonly unknown[];
export type TableVersion = { name: string; version?: number };

/** A result as POST /api/v1/sql gives it. */
export type ChartData = { columns: readonly Column[]; rows: readonly Row[]; row_count?: number; truncated?: boolean; tables?: readonly TableVersion[] };

export const chartTypes = [
  "table", "number", "line", "area", "bar", "row", "combo", "scatter", "histogram", "box", "heatmap", "pie", "funnel", "waterfall", "sankey", "pivot", "map",
] as const;
export type ChartType = (typeof chartTypes)[number];

/** How a table's column shows its values: a bar behind the number, a colour scale, or rules. */
export type ColumnFormat =
  | { column: string; as: "bar" | "scale" }
  | { column: string; as: "rule"; op: "<" | "<=" | ">" | ">=" | "=" | "!="; value: string | number; tone: "good" | "bad" | "warn" | "calm" };

export type ChartSettings = {
  /** "auto" or none: chosen from the data. */
  type?: ChartType | "auto";
  title?: string;
  /** The column along the axis: categories, dates, or numbers of a scatter; the source of a sankey; the rows of a pivot; the country of a map. */
  x?: string;
  /** The columns that are measured. */
  y?: string[];
  /** A column that splits into series: the target of a sankey, the columns of a pivot. */
  series?: string;
  /** Scatter and map: the size of a point. */
  size?: string;
  latitude?: string;
  longitude?: string;
  stack?: "none" | "stack" | "percent";
  /** Columns of y that a combo draws as lines; the rest are bars. */
  lines?: string[];
  /** What the numbers count: "t", "EUR", "%". */
  unit?: string;
  decimals?: number;
  bins?: number;
  /** Number: what is aimed at. */
  goal?: number;
  labels?: boolean;
  formats?: ColumnFormat[];
};

/** Which rows a mark stands for: the columns and the values that they have there. */
export type Filter = { column: string; value: unknown };

/** The detail of the events escale:pick (a mark was clicked; cancel it to keep the drill from following) and escale:drill (show the rows). */
export type Picked = { filters: Filter[]; label: string };

// Keys and codes are numbers that nobody adds up.
export const isIdentifier = (column: Column | undefined): boolean => !!column && column.kind === "number" && /(^|_)(id|key|code|mmsi|imo|siret|zip|phone|version)$/i.test(column.name);
export const isNumeric = (column: Column | undefined): boolean => column?.kind === "number";
export const isTemporal = (column: Column | undefined): boolean => column?.kind === "date" || column?.kind === "time";
export const isCategory = (column: Column | undefined): boolean => column?.kind === "text" || column?.kind === "boolean";
