// What of a grid is in the address: filters, order, hidden columns, the first row in view. Reload, back and share therefore always work.
import type { Filter, Sort } from "./grid-rows";

export type GridState = { filters: Filter[]; sorts: Sort[]; hidden: string[]; row: number };

export function readState(search: string): GridState {
  const query = new URLSearchParams(search);
  return {
    filters: readFilters(query.get("filter")),
    sorts: (query.get("sort") ?? "").split(",").filter(Boolean).map((name) => (name.startsWith("-") ? { column: name.slice(1), descending: true } : { column: name, descending: false })),
    hidden: (query.get("hide") ?? "").split(",").filter(Boolean),
    row: Math.max(0, (Number.parseInt(query.get("row") ?? "", 10) || 1) - 1),
  };
}

/** The address with a state in it; everything else in it stays. */
export function writeState(search: string, state: GridState): string {
  const query = new URLSearchParams(search);
  const put = (name: string, value: string): void => (value ? query.set(name, value) : query.delete(name));
  put("filter", state.filters.length > 0 ? JSON.stringify(state.filters) : "");
  put("sort", state.sorts.map((sort) => (sort.descending ? "-" : "") + sort.column).join(","));
  put("hide", state.hidden.join(","));
  put("row", state.row > 0 ? String(state.row + 1) : "");
  const text = query.toString();
  return text ? `?${text}` : "";
}

function readFilters(json: string | null): Filter[] {
  try {
    const filters = json ? (JSON.parse(json) as unknown) : [];
    return (Array.isArray(filters) ? filters : [filters]).filter((filter): filter is Filter => typeof (filter as Filter)?.column === "string" && typeof (filter as Filter)?.op === "string");
  } catch {
    return [];
  }
}
