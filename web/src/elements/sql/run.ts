// Runs a script and tells what comes: columns, rows, progress, errors.
import { call } from "../../api";
import type { Column, Row, TableVersion } from "../chart/types";

export type Result = { statement: number; sql: string; columns: Column[]; rows: Row[]; tables: TableVersion[]; rowCount: number; truncated: boolean; engineMs: number; isDone: boolean };
export type Failure = { title: string; code: string; next?: string; detail?: string; place?: { line: number; column: number } };
export type Progress = { elapsed_ms: number; progress?: number };
export type Watcher = { columns(result: Result): void; rows(result: Result): void; progress(progress: Progress): void };
export type Asked = { sql: string; parameters: Record<string, unknown>; row_limit: number; explain?: "plan" | "analyze" };

type Line =
  | ({ type: "columns"; statement: number; sql: string } & Pick<Result, "columns" | "tables">)
  | { type: "rows"; statement: number; rows: Row[] }
  | { type: "end"; statement: number; row_count: number; truncated: boolean; engine_ms: number }
  | ({ type: "progress" } & Progress)
  | ({ type: "error" } & Failure & { elapsed_ms: number })
  | { type: "done"; elapsed_ms: number };

/** Resolves when all is read: how long it took, and what went wrong, if anything. */
export async function run(asked: Asked, watcher: Watcher, signal: AbortSignal): Promise<{ elapsedMs: number; failure?: Failure }> {
  const response = await call("/api/v1/sql", { method: "POST", body: JSON.stringify(asked), headers: { Accept: "application/x-ndjson" }, signal });
  const results = new Map<number, Result>();
  let elapsedMs = 0;
  for await (const line of linesOf(response.body!)) {
    const said = JSON.parse(line) as Line;
    if (said.type === "columns") {
      const result: Result = { statement: said.statement, sql: said.sql, columns: said.columns, tables: said.tables, rows: [], rowCount: 0, truncated: false, engineMs: 0, isDone: false };
      results.set(said.statement, result);
      watcher.columns(result);
    } else if (said.type === "rows") {
      const result = results.get(said.statement)!;
      for (const row of said.rows) result.rows.push(row);
      watcher.rows(result);
    } else if (said.type === "end") {
      const result = Object.assign(results.get(said.statement)!, { rowCount: said.row_count, truncated: said.truncated, engineMs: said.engine_ms, isDone: true });
      watcher.rows(result);
    } else if (said.type === "progress") watcher.progress(said);
    else if (said.type === "error") return { elapsedMs: said.elapsed_ms, failure: said };
    else elapsedMs = said.elapsed_ms;
  }
  return { elapsedMs };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line) yield line;
  }
  if (rest) yield rest;
}
