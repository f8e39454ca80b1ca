// A dashboard as GET /api/v1/dashboards/{id} gives it, and as PUT takes it.
import type { ChartSettings } from "../chart/types";

export type Place = { x: number; y: number; w: number; h: number };
export type Tile = {
  id: string;
  title?: string;
  /** A sentence under the title. */
  description?: string;
  at: Place;
  question?: string;
  sql?: string;
  steps?: unknown[];
  text?: string;
  chart?: ChartSettings;
  /** The text as HTML, made by the server. */
  html?: string;
  /** What the question itself says. */
  asked?: { title: string; chart?: ChartSettings };
};
export type FilterKind = "dates" | "list" | "number" | "search";
export type Filter = { id: string; title?: string; type?: FilterKind; column: string | string[]; from?: string; default?: string; map?: Record<string, string> };
export type Dashboard = { id: string; title: string; description?: string; columns?: number; refresh?: string | number; filters?: Filter[]; tiles: Tile[] };

export const kindOf = (filter: Filter): FilterKind => filter.type ?? "list";
export const titleOf = (tile: Tile): string => tile.title || tile.asked?.title || "";

/** How often to ask again, in seconds; 0 for never. */
export function refreshSeconds(refresh: string | number | undefined): number {
  if (refresh === undefined) return 0;
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/.exec(String(refresh)) ?? [];
  const scale = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }[unit ?? "s"] ?? 1;
  return number ? Math.max(5, Number(number) * scale) : 0;
}

/** What is saved: without what the server added. */
export function toSave(dashboard: Dashboard): unknown {
  const { id: _, tiles, ...rest } = dashboard;
  return { ...rest, tiles: tiles.map(({ html: _html, asked: _asked, ...tile }) => tile) };
}
