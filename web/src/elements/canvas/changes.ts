// What changes in a dashboard when its forms are filled in. What stays as it was is left as its author wrote it. Pure.
import type { ChartSettings } from "../chart/types";
import { settle } from "./grid";
import type { Filter, Tile } from "./types";

/** The column that a filter is bound to, as one writes it: schema.table.column, or only its name. */
export const boundTo = (filter: Filter): string => filter.from ?? namesOf(filter)[0] ?? "";
/** The other names under which tables may have it. */
export const othersOf = (filter: Filter): string[] => namesOf(filter).filter((name) => name !== lastPart(boundTo(filter)));
const namesOf = (filter: Filter): string[] => (Array.isArray(filter.column) ? filter.column : [filter.column]);
const lastPart = (column: string): string => column.split(".").at(-1) ?? column;

/** A filter bound to a column. What stays as it was is left as its author wrote it. */
export function bind(filter: Filter, column: string, others: readonly string[]): Filter {
  if (column === boundTo(filter) && others.join() === othersOf(filter).join()) return filter;
  const isWhole = column.split(".").length === 3;
  const names = [...new Set([isWhole ? lastPart(column) : column, ...others])].filter(Boolean);
  const { from: _, ...rest } = filter;
  return { ...rest, column: names.length === 1 ? names[0]! : names, ...(isWhole ? { from: column } : {}) };
}

/** Twice or half as many columns: what stands in them grows or shrinks along. */
export function widened(tiles: readonly Tile[], before: number, after: number): Tile[] {
  if (before === after) return [...tiles];
  const scale = after / before;
  const sized = tiles.map((tile) => {
    const w = Math.max(2, Math.min(after, Math.round(tile.at.w * scale)));
    return { ...tile, at: { ...tile.at, w, x: Math.min(after - w, Math.round(tile.at.x * scale)) } };
  });
  const places = settle(sized);
  return sized.map((tile) => ({ ...tile, at: places.get(tile.id)! }));
}

/** An id made of a title, that no filter has. */
export function freeId(title: string, taken: ReadonlySet<string>): string {
  const stem = title.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 36) || "filter";
  for (let number = 1; ; number++) {
    const id = number === 1 ? stem : `${stem}_${number}`;
    if (!taken.has(id) && id !== "edit" && id !== "pick") return id;
  }
}

/** The settings that are not those of the question itself. */
export function difference(settings: ChartSettings, asked: ChartSettings): ChartSettings {
  return Object.fromEntries(Object.entries(settings).filter(([key, value]) => !(key === "type" && value === "auto" && !asked.type) && JSON.stringify(value) !== JSON.stringify(asked[key as keyof ChartSettings])));
}

/** The filters with what was chosen for a tile, or undefined when nothing changed. */
export function withMaps(filters: readonly Filter[], tile: string, chosen: ReadonlyMap<string, { value: string }>): Filter[] | undefined {
  let isChanged = false;
  const next = filters.map((filter) => {
    const value = chosen.get(filter.id)?.value ?? filter.map?.[tile] ?? "";
    if (value === (filter.map?.[tile] ?? "")) return filter;
    isChanged = true;
    const { map, ...rest } = filter;
    const entries = Object.entries({ ...map, [tile]: value }).filter(([, column]) => column !== "");
    return entries.length > 0 ? { ...rest, map: Object.fromEntries(entries) } : rest;
  });
  return isChanged ? next : undefined;
}
