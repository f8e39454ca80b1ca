// What the reader set: filters and picked values, kept in the address so that reload, back and sharing work.
import type { Filter } from "./types";

export type Pick = { tile: string; column: string; values: string[] };
export type State = { filters: Map<string, string[]>; picks: Pick[] };

/** filters as id=value (an empty value takes a default away); picks as pick.column=value with from=tile. */
export function readState(query: URLSearchParams, filters: readonly Filter[]): State {
  const state: State = { filters: new Map(), picks: [] };
  for (const filter of filters) if (query.has(filter.id)) state.filters.set(filter.id, query.getAll(filter.id).filter(Boolean));
  for (const key of new Set(query.keys())) {
    if (key.startsWith("pick.")) {
      const [tile, ...column] = key.slice(5).split(".");
      if (tile && column.length > 0) state.picks.push({ tile, column: column.join("."), values: query.getAll(key) });
    }
  }
  return state;
}

export function writeState(state: State, filters: readonly Filter[], others: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams();
  const own = (key: string): boolean => filters.some((filter) => filter.id === key) || key.startsWith("pick.");
  for (const [key, value] of others) if (!own(key)) query.append(key, value);
  for (const filter of filters) {
    const values = state.filters.get(filter.id);
    if (values === undefined) continue;
    if (values.length === 0) {
      if (filter.default) query.append(filter.id, "");
    } else for (const value of values) query.append(filter.id, value);
  }
  for (const pick of state.picks) for (const value of pick.values) query.append(`pick.${pick.tile}.${pick.column}`, value);
  return query;
}

/** What a tile is asked with: all filters, and what was picked in other tiles. */
export function askedWith(state: State, tile: string): URLSearchParams {
  const query = new URLSearchParams();
  for (const [id, values] of [...state.filters].sort(([a], [b]) => a.localeCompare(b))) for (const value of values.length > 0 ? values : [""]) query.append(id, value);
  for (const pick of state.picks) if (pick.tile !== tile) for (const value of pick.values) query.append(`pick.${pick.column}`, value);
  return query;
}

/** The value of a filter as it applies: what was set, else its default. */
export const valueOf = (state: State, filter: Filter): string[] => state.filters.get(filter.id) ?? (filter.default ? [filter.default] : []);

/** Picking what is picked takes it back; another mark of the same tile takes its place. */
export function togglePick(state: State, tile: string, picked: readonly { column: string; value: unknown }[]): State {
  const next = picked.filter((one) => one.value !== null && one.value !== undefined).map((one) => ({ tile, column: one.column, values: [String(one.value)] }));
  const key = (picks: readonly Pick[]): string => JSON.stringify(picks.map((pick) => [pick.column, pick.values]));
  const own = state.picks.filter((pick) => pick.tile === tile);
  const others = state.picks.filter((pick) => pick.tile !== tile);
  return { ...state, picks: key(own) === key(next) ? others : [...others, ...next] };
}
