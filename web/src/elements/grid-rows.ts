// The rows of a table in blocks, asked for as they come into view and forgotten when there are too many.
import { ApiError, callJson } from "../api";
import { type Column, show, startWidth } from "./grid-format";

export type Filter = { column: string; op: string; value?: string | string[] };
export type Sort = { column: string; descending: boolean };
export type Row = readonly (string | null)[];
type Answer = { version: number | null; total: number; offset: number; columns: Column[]; rows: Row[]; cut: string[] };

/** Where a grid has its rows from. */
export interface RowSource {
  readonly total: number;
  readonly columns: Column[];
  readonly error: ApiError | undefined;
  /** Starts anew with other filters or another order. */
  reset(filters: readonly Filter[], sorts: readonly Sort[]): void;
  stop(): void;
  /** A row, when it has come. */
  get(index: number): Row | undefined;
  /** Whether a value is longer than what came of it. */
  isCut(index: number, column: number): boolean;
  /** A width in which the values that have come fit, within bounds. */
  widthOf(at: number, column: Column): number;
  /** Says which rows are in view. */
  want(first: number, last: number): void;
  /** Rows for copying, whole values of some columns, however far apart from what is shown. */
  fetch(offset: number, limit: number, columns: readonly number[]): Promise<Row[]>;
}

const mostBlocks = 80;

/** Rows of a block: fewer of wide ones, so that a block stays small. */
export const blockSize = (columns: number): number => Math.max(40, Math.min(200, Math.floor(40_000 / Math.max(1, columns))));

/** The part of an address that says which rows, and in which order. */
export function queryOf(filters: readonly Filter[], sorts: readonly Sort[], version: string): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.length > 0) query.set("filter", JSON.stringify(filters));
  if (sorts.length > 0) query.set("sort", sorts.map((sort) => (sort.descending ? "-" : "") + sort.column).join(","));
  if (version) query.set("version", version);
  return query;
}

export class Rows implements RowSource {
  total = 0;
  columns: Column[] = [];
  error: ApiError | undefined;
  #blocks = new Map<number, Answer>();
  #asked = new Map<number, AbortController>();
  #turn = 0;

  readonly #blockRows: number;

  constructor(private readonly table: string, private readonly version: string, columnCount: number, private readonly changed: () => void) {
    this.#blockRows = blockSize(columnCount);
  }

  #query = new URLSearchParams();

  // What is on its way is no longer wanted.
  reset(filters: readonly Filter[], sorts: readonly Sort[]): void {
    this.stop();
    this.#query = queryOf(filters, sorts, this.version);
    this.#blocks.clear();
    this.error = undefined;
    this.#turn++;
  }

  stop(): void {
    for (const controller of this.#asked.values()) controller.abort();
    this.#asked.clear();
  }

  get(index: number): Row | undefined {
    return this.#blocks.get(Math.floor(index / this.#blockRows))?.rows[index % this.#blockRows];
  }

  isCut(index: number, column: number): boolean {
    return this.#blocks.get(Math.floor(index / this.#blockRows))?.cut.includes(`${index % this.#blockRows}:${column}`) ?? false;
  }

  widthOf(at: number, column: Column): number {
    const rows = this.#blocks.values().next().value?.rows.slice(0, 60) ?? [];
    const longest = Math.max(0, ...rows.map((row) => (row[at] == null ? 0 : show(row[at], column).length)));
    return Math.min(300, Math.max(startWidth(column), longest * (column.kind === "number" ? 8.2 : 7.5) + 24));
  }

  /** Asks for what these rows need, and for a block on either side; what was scrolled past is cancelled. */
  want(first: number, last: number): void {
    const [from, to] = [Math.floor(first / this.#blockRows), Math.floor(Math.max(first, last) / this.#blockRows)];
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
      if (block >= 0 && block * this.#blockRows < this.total && !this.#blocks.has(block)) void this.#load(block);
    }
  }

  async fetch(offset: number, limit: number, columns: readonly number[]): Promise<Row[]> {
    const rows: Row[] = [];
    const names = columns.map((column) => this.columns[column]!.name);
    // An address cannot name a thousand columns, nor one whose name has a comma: then all come, and these are picked.
    const isNameable = names.join(",").length < 3000 && !names.some((name) => name.includes(","));
    for (let at = offset; at < offset + limit; at += 2000) {
      const answer = await this.#ask(at, Math.min(2000, offset + limit - at), { ...(isNameable ? { columns: names.join(",") } : {}), full: "true" });
      rows.push(...(isNameable ? answer.rows : answer.rows.map((row) => columns.map((column) => row[column] ?? null))));
    }
    return rows;
  }

  async #load(block: number): Promise<void> {
    if (this.#asked.has(block)) return;
    const controller = new AbortController();
    const turn = this.#turn;
    this.#asked.set(block, controller);
    try {
      const answer = await this.#ask(block * this.#blockRows, this.#blockRows, {}, controller.signal);
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
