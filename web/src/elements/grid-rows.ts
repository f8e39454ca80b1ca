// The rows of a table in blocks, asked for as they come into view and forgotten when there are too many.
import { ApiError, callJson } from "../api";
import { type Column, show, startWidth } from "./grid-format";

export type Filter = { column: string; op: string; value?: string | string[] };
export type Sort = { column: string; descending: boolean };
export type Row = readonly (string | null)[];
type Answer = { version: number | null; total: number; offset: number; columns: Column[]; rows: Row[]; cut: string[] };

export const blockRows = 200;
const mostBlocks = 80;

/** The part of an address that says which rows, and in which order. */
export function queryOf(filters: readonly Filter[], sorts: readonly Sort[], version: string): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.length > 0) query.set("filter", JSON.stringify(filters));
  if (sorts.length > 0) query.set("sort", sorts.map((sort) => (sort.descending ? "-" : "") + sort.column).join(","));
  if (version) query.set("version", version);
  return query;
}

export class Rows {
  total = 0;
  columns: Column[] = [];
  error: ApiError | undefined;
  #blocks = new Map<number, Answer>();
  #asked = new Map<number, AbortController>();
  #turn = 0;

  constructor(private readonly table: string, private readonly changed: () => void) {}

  #query = new URLSearchParams();

  /** Starts anew with other filters or another order. What is on its way is no longer wanted. */
  reset(query: URLSearchParams): void {
    this.stop();
    this.#query = query;
    this.#blocks.clear();
    this.error = undefined;
    this.#turn++;
  }

  stop(): void {
    for (const controller of this.#asked.values()) controller.abort();
    this.#asked.clear();
  }

  get(index: number): Row | undefined {
    return this.#blocks.get(Math.floor(index / blockRows))?.rows[index % blockRows];
  }

  isCut(index: number, column: number): boolean {
    return this.#blocks.get(Math.floor(index / blockRows))?.cut.includes(`${index % blockRows}:${column}`) ?? false;
  }

  /** A width in which the values that have come fit, within bounds. */
  widthOf(at: number, column: Column): number {
    const rows = this.#blocks.values().next().value?.rows.slice(0, 60) ?? [];
    const longest = Math.max(0, ...rows.map((row) => (row[at] == null ? 0 : show(row[at], column).length)));
    return Math.min(300, Math.max(startWidth(column), longest * (column.kind === "number" ? 8.2 : 7.5) + 24));
  }

  /** Asks for what these rows need, and for a block on either side; what was scrolled past is cancelled. */
  want(first: number, last: number): void {
    const [from, to] = [Math.floor(first / blockRows), Math.floor(Math.max(first, last) / blockRows)];
    for (const [block, controller] of this.#asked) {
      if (block < from - 1 || block > to + 1) {
        controller.abort();
        this.#asked.delete(block);
      }
    }
    const inView = [];
    for (let block = from; block <= to; block++) inView.push(block);
    const missing = inView.filter((block) => !this.#blocks.has(block));
    for (const block of missing) void this.#load(block);
    if (missing.length > 0) return; // what is in view comes first
    for (const block of [to + 1, from - 1]) {
      if (block >= 0 && block * blockRows < this.total && !this.#blocks.has(block)) void this.#load(block);
    }
  }

  /** Rows for copying, whole values, however far apart from what is shown. */
  async fetch(offset: number, limit: number, columns: readonly string[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (let at = offset; at < offset + limit; at += 2000) {
      const answer = await this.#ask(at, Math.min(2000, offset + limit - at), { columns: columns.join(","), full: "true" });
      rows.push(...answer.rows);
    }
    return rows;
  }

  async #load(block: number): Promise<void> {
    if (this.#asked.has(block)) return;
    const controller = new AbortController();
    const turn = this.#turn;
    this.#asked.set(block, controller);
    try {
      const answer = await this.#ask(block * blockRows, blockRows, {}, controller.signal);
      if (turn !== this.#turn) return;
      this.#blocks.delete(block);
      this.#blocks.set(block, answer);
      if (this.#blocks.size > mostBlocks) this.#blocks.delete(this.#blocks.keys().next().value!);
      this.total = answer.total;
      this.columns = answer.columns;
      this.error = undefined;
      this.changed();
    } catch (error) {
      if (controller.signal.aborted || turn !== this.#turn) return;
      this.error = error instanceof ApiError ? error : new ApiError(0, "", String(error));
      this.changed();
    } finally {
      if (this.#asked.get(block) === controller) this.#asked.delete(block);
    }
  }

  #ask(offset: number, limit: number, more: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const query = new URLSearchParams(this.#query);
    query.set("offset", String(offset));
    query.set("limit", String(limit));
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return callJson<Answer>(`/api/v1/tables/${encodeURIComponent(this.table)}/rows?${query}`, signal ? { signal } : {});
  }
}
