// <escale-sql>: the SQL editor with its results. Attribute data-role: what the person may save. The text is in the address (#q=…).
import { ApiError, callJson } from "../api";
import { formatNumber, text } from "../language";
import { toast } from "../shell/shell";
import { SqlEditor, type Names } from "./sql/editor";
import { openHistory } from "./sql/history";
import { pack, unpack } from "./sql/link";
import { button, element, icon } from "./sql/parts";
import { ResultTabs } from "./sql/results";
import { run, type Failure } from "./sql/run";
import { saveModel, saveQuestion } from "./sql/save";
import { offsetOf, parametersOf, statementAt, valueOf } from "./sql/statements";
import { drawTables } from "./sql/tables";

const draftKey = "escale-sql-draft";

export class EscaleSql extends HTMLElement {
  private editor: SqlEditor | undefined;
  private results: ResultTabs | undefined;
  private running: AbortController | undefined;
  private readonly values = new Map<string, string>();
  private readonly status = element("div", "sql-status quiet");
  private readonly parameters = element("div", "sql-parameters");
  private readonly stopButton = button(text({ en: "Stop", fr: "Arrêter" }), "circle-stop", () => this.stop(), "danger");
  private readonly runButton = button(text({ en: "Run", fr: "Exécuter" }), "play", () => void this.runOne(), "primary");
  private noting: ReturnType<typeof setTimeout> | undefined;
  private clock: ReturnType<typeof setInterval> | undefined;

  connectedCallback(): void {
    if (this.editor) return;
    void this.start();
  }

  disconnectedCallback(): void {
    this.running?.abort();
    clearTimeout(this.noting);
    clearInterval(this.clock);
    this.editor?.destroy();
    this.editor = undefined;
    this.replaceChildren();
  }

  private async start(): Promise<void> {
    const given = new URLSearchParams(location.hash.slice(1));
    const packed = given.get("q");
    const script = (packed && (await unpack(packed))) ?? new URLSearchParams(location.search).get("sql") ?? sessionStorage.getItem(draftKey) ?? "";
    if (!this.isConnected) return;
    const host = element("div", "sql-code");
    this.stopButton.hidden = true;
    this.status.setAttribute("role", "status");
    const side = element("aside", "sql-side");
    const below = element("div", "sql-results");
    const main = element("div", "sql-main");
    main.append(this.bar(), host, this.parameters, this.status, below);
    this.replaceChildren(side, main);
    this.editor = new SqlEditor(host, script, { run: () => void this.runOne(), runAll: () => void this.runAll(), format: () => void this.format(), changed: () => this.changed() });
    this.results = new ResultTabs(below);
    this.askParameters();
    this.editor.view.focus();
    await this.learnNames(side);
    if (new URLSearchParams(location.search).has("run")) void this.runAll();
  }

  private bar(): HTMLElement {
    const bar = element("div", "sql-bar");
    this.runButton.title = "Ctrl+Enter";
    const all = button(text({ en: "Run all", fr: "Tout exécuter" }), "list", () => void this.runAll());
    all.title = "Ctrl+Shift+Enter";
    const save = document.createElement("details");
    save.className = "menu";
    const open = element("summary", "button");
    open.append(icon("save"), text({ en: "Save", fr: "Enregistrer" }), icon("chevron-down"));
    const list = element("div", "menu-list");
    list.append(button(text({ en: "As a question", fr: "Comme question" }), "chart-column", () => void saveQuestion(this.current()), "bare"));
    if (["Engineer", "Admin"].includes(this.dataset["role"] ?? "")) list.append(button(text({ en: "As a transformation", fr: "Comme transformation" }), "workflow", () => void saveModel(this.current()), "bare"));
    save.append(open, list);
    bar.append(
      this.runButton, all, this.stopButton, element("span", "grow"),
      button(text({ en: "Format", fr: "Mettre en forme" }), "code", () => void this.format(), "plain"), button(text({ en: "Explain", fr: "Expliquer" }), "lightbulb", () => void this.explain(), "plain"),
      button(text({ en: "History", fr: "Historique" }), "history", () => void openHistory((sql) => this.show(sql)), "plain"), button(text({ en: "Copy link", fr: "Copier le lien" }), "link", () => void this.copyLink(), "plain"), save,
    );
    return bar;
  }

  private async learnNames(side: HTMLElement): Promise<void> {
    try {
      const answer = await callJson<{ rows: [string, Names[number]["columns"]][] }>("/api/v1/sql/names");
      const names = answer.rows.map(([table, columns]) => ({ table, columns }));
      this.editor?.know(names);
      drawTables(side, names, (words) => this.editor?.insert(words));
      if (this.editor?.text.trim() === "") this.results?.hint(names.find((name) => name.table.startsWith("gold.")) ?? names[0], (sql) => {
        this.show(sql);
        void this.runAll();
      });
    } catch {
      side.replaceChildren(); // completion is a help, no condition
    }
  }

  private current(): string {
    const { from, to } = this.editor!.selection;
    return from < to ? this.editor!.text.slice(from, to) : (statementAt(this.editor!.text, from)?.text ?? "");
  }

  private show(sql: string): void {
    if (this.editor) this.editor.text = sql;
  }

  private changed(): void {
    this.editor?.mark(null);
    this.askParameters();
    clearTimeout(this.noting);
    this.noting = setTimeout(() => void this.note(), 500);
  }

  private async note(): Promise<void> {
    const sql = this.editor?.text ?? "";
    sessionStorage.setItem(draftKey, sql);
    const packed = sql ? await pack(sql) : "";
    if (this.isConnected && packed.length < 6000) history.replaceState(history.state, "", location.pathname + (packed ? `#q=${packed}` : ""));
  }

  private async copyLink(): Promise<void> {
    await this.note();
    await navigator.clipboard.writeText(location.href).catch(() => undefined);
    toast(text({ en: "Link copied", fr: "Lien copié" }));
  }

  private askParameters(): void {
    const names = parametersOf(this.editor?.text ?? "");
    const shown = [...this.parameters.querySelectorAll<HTMLInputElement>("input")].map((input) => input.name);
    if (names.join() === shown.join()) return;
    this.parameters.replaceChildren(...names.map((name) => {
      const label = element("label", "");
      const input = document.createElement("input");
      input.className = "input small";
      input.name = name;
      input.value = this.values.get(name) ?? "";
      input.placeholder = "null";
      input.addEventListener("input", () => this.values.set(name, input.value));
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") void this.runOne();
      });
      label.append(`:${name}`, input);
      return label;
    }));
  }

  private async runOne(): Promise<void> {
    const { from, to } = this.editor!.selection;
    const sql = this.editor!.text;
    const chosen = from < to ? { from, text: sql.slice(from, to) } : statementAt(sql, from);
    if (chosen) await this.runText(chosen.text, chosen.from);
  }

  private async runAll(): Promise<void> {
    await this.runText(this.editor!.text, 0);
  }

  private async explain(): Promise<void> {
    const { from } = this.editor!.selection;
    const chosen = statementAt(this.editor!.text, from);
    if (chosen) await this.runText(chosen.text, chosen.from, "plan");
  }

  private async format(): Promise<void> {
    const { formatDialect, duckdb } = await import("sql-formatter");
    try {
      this.show(formatDialect(this.editor!.text, { dialect: duckdb, keywordCase: "lower", dataTypeCase: "lower", functionCase: "lower", tabWidth: 2, paramTypes: { named: [":", "$"], numbered: ["$"] } }));
    } catch {
      toast(text({ en: "This text cannot be formatted: correct it first", fr: "Ce texte ne peut pas être mis en forme : corrigez-le d'abord" }));
    }
  }

  private stop(): void {
    this.running?.abort();
  }

  private async runText(sql: string, from: number, explain?: "plan"): Promise<void> {
    if (!sql.trim()) return;
    this.running?.abort();
    const running = (this.running = new AbortController());
    const started = performance.now();
    this.editor!.mark(null);
    this.results!.clear();
    this.busy(true, started);
    let said: string | undefined;
    try {
      const parameters = Object.fromEntries(parametersOf(sql).map((name) => [name, valueOf(this.values.get(name) ?? "")]));
      const end = await run({ sql, parameters, row_limit: 10_000, ...(explain ? { explain } : {}) }, {
        columns: (result) => this.results!.add(result, explain !== undefined), rows: (result) => this.results!.grow(result),
        progress: (progress) => (said = progress.progress === undefined ? undefined : `${Math.round(progress.progress * 100)} %`, this.tick(started, said)),
      }, running.signal);
      if (end.failure) this.fail(end.failure, sql, from);
      else this.summarise(end.elapsedMs);
    } catch (error) {
      if (running.signal.aborted) this.status.textContent = text({ en: "Stopped", fr: "Arrêtée" });
      else if (error instanceof ApiError) this.fail({ title: error.message, code: error.code, ...(error.next ? { next: error.next } : {}), ...(error.detail ? { detail: error.detail } : {}), ...(error.place?.line ? { place: { line: error.place.line, column: error.place.column ?? 1 } } : {}) }, sql, from);
      else this.fail({ title: text({ en: "The program does not answer.", fr: "Le programme ne répond pas." }), code: "" }, sql, from);
    } finally {
      if (this.running === running) this.busy(false, started);
    }
  }

  private busy(isBusy: boolean, started: number): void {
    this.stopButton.hidden = !isBusy;
    this.runButton.toggleAttribute("disabled", isBusy);
    clearInterval(this.clock);
    if (isBusy) {
      this.status.textContent = "";
      this.clock = setInterval(() => this.tick(started), 200);
    }
  }

  private share = "";
  private tick(started: number, share = this.share): void {
    this.share = share;
    this.status.textContent = [text({ en: "Running {0} s", fr: "En cours depuis {0} s" }, formatNumber(Math.round((performance.now() - started) / 100) / 10)), share].filter(Boolean).join(" · ");
  }

  private summarise(elapsedMs: number): void {
    this.share = "";
    const rows = this.results!.all.reduce((sum, result) => sum + result.rows.length, 0);
    const engine = this.results!.all.reduce((sum, result) => sum + result.engineMs, 0);
    const ms = (value: number): string => formatNumber(value < 100 ? Math.round(value * 10) / 10 : Math.round(value));
    this.status.textContent = text(rows === 1 ? { en: "{0} row in {1} ms, of which DuckDB {2} ms", fr: "{0} ligne en {1} ms, dont DuckDB {2} ms" } : { en: "{0} rows in {1} ms, of which DuckDB {2} ms", fr: "{0} lignes en {1} ms, dont DuckDB {2} ms" }, formatNumber(rows), ms(elapsedMs), ms(engine));
  }

  private fail(failure: Failure, sql: string, from: number): void {
    this.share = "";
    this.status.textContent = "";
    if (failure.place) this.editor!.mark(from + offsetOf(sql, failure.place.line, failure.place.column), failure.detail ?? failure.title);
    this.results!.fail(failure, failure.place && this.editor ? lineOf(this.editor.text, from + offsetOf(sql, failure.place.line, failure.place.column)) : undefined);
  }
}

function lineOf(sql: string, at: number): { line: number; column: number } {
  const before = sql.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

customElements.define("escale-sql", EscaleSql);
