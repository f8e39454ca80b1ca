// <escale-builder data-id>: a question in steps, with what each gives, or in SQL; and its chart.
import { visit } from "@hotwired/turbo";
import { ApiError, base, call, callJson, explain } from "../api";
import { formatNumber, text } from "../language";
import { askConflict, copyTitle } from "../shell/conflict";
import { toast } from "../shell/shell";
import { formOf, line, typed } from "./builder/forms";
import { settingsForm } from "./builder/settings";
import { beyondWords, columnsAfter, stepWords, type Step, type StepKind } from "./builder/steps";
import { EscaleChart } from "./chart";
import type { ChartData, ChartSettings, Column } from "./chart/types";
import { GridElement } from "./grid";
import { SqlEditor, type Names } from "./sql/editor";
import { button, element, icon } from "./sql/parts";

type Saved = { id: string; title: string; description: string; tags: string[]; steps?: Step[]; sql?: string; parameters?: Record<string, unknown>; chart?: ChartSettings };

export class EscaleBuilder extends HTMLElement {
  private names: Names = [];
  private questions: { id: string; title: string }[] = [];
  private readonly questionColumns = new Map<string, Column[]>();
  private question: Saved = { id: "", title: "", description: "", tags: [] };
  private tag = "";
  private steps: Step[] = [];
  private sql: string | null = null; // null while the question is in steps
  private seen = 0; // how many steps the preview shows
  private editor: SqlEditor | undefined;
  private data: ChartData = { columns: [], rows: [] };
  private asked: AbortController | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly left = element("div", "builder-left");
  private readonly right = element("div", "builder-right");
  private readonly preview = element("div", "builder-preview");
  private readonly settings = element("div", "");
  private readonly notice = element("div", "");
  private counts: (number | undefined)[] = [];
  private showsRows = false;

  connectedCallback(): void {
    if (this.childElementCount > 0) this.replaceChildren();
    void this.start();
  }

  disconnectedCallback(): void {
    this.asked?.abort();
    clearTimeout(this.waiting);
    this.editor?.destroy();
    this.replaceChildren();
  }

  private async start(): Promise<void> {
    const id = this.dataset["id"];
    const [names, questions, saved] = await Promise.all([
      callJson<{ rows: [string, Names[number]["columns"]][] }>("/api/v1/sql/names"), callJson<{ id: string; title: string }[]>("/api/v1/questions"), id ? this.saved(id) : Promise.resolve(undefined),
    ]);
    if (!this.isConnected) return;
    this.names = names.rows.map(([table, columns]) => ({ table, columns }));
    this.questions = questions.filter((question) => question.id !== id);
    if (saved) this.question = saved;
    this.steps = saved?.steps ?? [];
    this.sql = saved?.sql ?? null;
    const table = new URLSearchParams(location.search).get("table");
    if (!saved && table) this.steps = [{ kind: "table", table }];
    for (const step of this.steps) if (step.kind === "question") await this.learn(step.question);
    this.seen = this.steps.length;
    this.right.append(this.head(), this.notice, this.preview, this.settings);
    this.replaceChildren(this.left, this.right);
    this.drawLeft();
    this.refresh();
  }

  private async saved(id: string): Promise<Saved> {
    const answer = await call(`/api/v1/questions/${id}`);
    this.tag = answer.headers.get("ETag") ?? "";
    return (await answer.json()) as Saved;
  }

  private head(): HTMLElement {
    const title = typed(text({ en: "Title: what it answers", fr: "Titre : ce à quoi elle répond" }), this.question.title, (value) => (this.question.title = value));
    title.className = "input builder-title";
    const about = typed(text({ en: "Description (optional)", fr: "Description (facultative)" }), this.question.description, (value) => (this.question.description = value));
    const swap = button(text({ en: "Rows or chart", fr: "Lignes ou graphique" }), "table", () => {
      this.showsRows = !this.showsRows;
      this.drawPreview();
    }, "square");
    return line(title, about, swap, button(text({ en: "Save", fr: "Enregistrer" }), "save", () => void this.save(), "primary"));
  }

  private drawLeft(): void {
    this.editor?.destroy();
    this.editor = undefined;
    const tabs = element("div", "sql-tabs");
    for (const [isSql, words] of [[false, text({ en: "Steps", fr: "Étapes" })], [true, "SQL"]] as const) {
      const tab = element("button", "", words) as HTMLButtonElement;
      tab.type = "button";
      tab.setAttribute("aria-pressed", String((this.sql !== null) === isSql));
      tab.addEventListener("click", () => void (isSql ? this.toSql() : this.toSteps()));
      tabs.append(tab);
    }
    if (this.sql !== null) {
      const host = element("div", "builder-code");
      this.left.replaceChildren(tabs, host);
      this.editor = new SqlEditor(host, this.sql, { run: () => this.refresh(0), runAll: () => this.refresh(0), format: () => undefined, changed: () => {
        this.sql = this.editor?.text ?? this.sql;
        this.refresh(900);
      } });
      this.editor.know(this.names);
      return;
    }
    const list = element("ol", "steps");
    list.append(...this.steps.map((step, at) => this.card(step, at)));
    this.left.replaceChildren(tabs, list, this.adders());
  }

  private card(step: Step, at: number): HTMLElement {
    const item = element("li", "card step");
    item.dataset["at"] = String(at);
    item.classList.toggle("beyond", at >= this.seen);
    const head = element("div", "step-head");
    const see = element("button", "step-name") as HTMLButtonElement;
    see.type = "button";
    see.title = text({ en: "Show the rows after this step", fr: "Voir les lignes après cette étape" });
    see.append(icon(stepWords[step.kind].icon), element("b", "", text(stepWords[step.kind].words)));
    see.addEventListener("click", () => {
      this.seen = at + 1;
      this.left.querySelectorAll(".step").forEach((card, index) => card.classList.toggle("beyond", index >= this.seen));
      this.refresh(0);
    });
    const count = element("span", "quiet step-count");
    const move = (by: number): void => {
      const [moved] = this.steps.splice(at, 1);
      this.steps.splice(at + by, 0, moved!);
      this.changed(true);
      this.left.querySelectorAll<HTMLElement>(".step-name")[at + by]?.focus();
    };
    head.append(see, count, element("span", "grow"));
    if (at > 1) head.append(button(text({ en: "Move up", fr: "Monter" }), "arrow-up", () => move(-1), "plain small square"));
    if (at > 0 && at < this.steps.length - 1) head.append(button(text({ en: "Move down", fr: "Descendre" }), "arrow-down", () => move(1), "plain small square"));
    head.append(button(text({ en: "Remove", fr: "Retirer" }), "x", () => {
      this.steps.splice(at, at === 0 ? this.steps.length : 1);
      this.seen = Math.min(this.seen, this.steps.length);
      this.changed(true);
    }, "plain small square"));
    if (at > 0) this.makeDraggable(item, head, at);
    item.append(head, formOf(step, { names: this.names, questions: this.questions, columns: this.columns(at), changed: (again) => void this.stepChanged(step, again) }));
    return item;
  }

  private makeDraggable(item: HTMLElement, head: HTMLElement, at: number): void {
    head.draggable = true;
    head.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/escale-step", String(at)));
    item.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("text/escale-step")) event.preventDefault();
    });
    item.addEventListener("drop", (event) => {
      const from = Number(event.dataTransfer?.getData("text/escale-step") || "0");
      if (from < 1 || from === at) return;
      event.preventDefault();
      const [moved] = this.steps.splice(from, 1);
      this.steps.splice(at, 0, moved!);
      this.changed(true);
    });
  }

  private adders(): HTMLElement {
    const box = element("div", "step-adders");
    const column = this.columns(this.steps.length)[0]?.name ?? "";
    const fresh: Partial<Record<StepKind, () => Step>> = this.steps.length === 0
      ? { table: () => ({ kind: "table", table: this.names[0]?.table ?? "" }), question: () => ({ kind: "question", question: this.questions[0]?.id ?? "" }) }
      : {
          filter: () => ({ kind: "filter", conditions: [{ column, op: "=", value: "" }], match: "all" }), summarise: () => ({ kind: "summarise", by: [], measures: [{ function: "count" }] }), join: () => ({ kind: "join", table: "", how: "left", on: [] }),
          compute: () => ({ kind: "compute", name: "", expression: "" }), sort: () => ({ kind: "sort", by: [{ column, descending: true }] }), limit: () => ({ kind: "limit", count: 10 }),
        };
    if (this.steps.length === 0) box.append(element("p", "quiet", text({ en: "Begin with the rows of a table, or with another question.", fr: "Commencez par les lignes d'une table, ou par une autre question." })));
    for (const [kind, make] of Object.entries(fresh) as [StepKind, () => Step][]) {
      if (kind === "question" && this.questions.length === 0) continue;
      box.append(button(text(stepWords[kind].words), stepWords[kind].icon, async () => {
        const step = make();
        if (step.kind === "question") await this.learn(step.question);
        this.steps.push(step);
        this.seen = this.steps.length;
        this.changed(true);
      }, "small"));
    }
    return box;
  }

  private columns(count: number): Column[] {
    return columnsAfter(this.steps, count, this.names, (id) => this.questionColumns.get(id) ?? []);
  }

  private async learn(id: string): Promise<void> {
    if (!this.questionColumns.has(id)) this.questionColumns.set(id, (await callJson<{ columns: Column[] }>(`/api/v1/questions/${id}/result?row_limit=0`).catch(() => ({ columns: [] }))).columns);
  }

  private async stepChanged(step: Step, again?: boolean): Promise<void> {
    if (step.kind === "question") await this.learn(step.question);
    this.changed(again);
  }

  private changed(again = false): void {
    if (again) this.drawLeft();
    this.refresh();
  }

  private ready(): Step[] {
    const whole = (step: Step): boolean =>
      step.kind === "join" ? step.table !== "" && step.on.length > 0 : step.kind === "compute" ? step.name !== "" && step.expression !== "" : step.kind === "filter" ? step.conditions.length > 0 && step.conditions.every((one) => one.op === "null" || one.op === "not-null" || (one.value !== "" && one.value !== undefined)) : step.kind === "summarise" ? step.by.length + step.measures.length > 0 : step.kind === "sort" ? step.by.length > 0 : true;
    return this.steps.slice(0, this.seen).filter(whole);
  }

  private refresh(delay = 350): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.run(), delay);
  }

  private async run(): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const steps = this.ready();
    if (this.sql === null && steps.length === 0) {
      this.data = { columns: [], rows: [] };
      this.drawPreview();
      return;
    }
    const body = this.sql === null ? { steps, row_limit: 2000 } : { sql: this.sql, row_limit: 2000, parameters: this.question.parameters ?? {} };
    this.preview.setAttribute("aria-busy", "true");
    try {
      this.data = await callJson<ChartData>("/api/v1/questions/run", { method: "POST", body: JSON.stringify(body), signal: asked.signal });
      this.notice.replaceChildren();
      this.drawPreview();
      if (this.sql === null) await this.count(asked.signal);
    } catch (error) {
      if (!asked.signal.aborted) this.tell(explain(error), "bad");
    } finally {
      if (this.asked === asked) this.preview.removeAttribute("aria-busy");
    }
  }

  private async count(signal: AbortSignal): Promise<void> {
    const steps = this.ready();
    const { counts } = await callJson<{ counts: (number | string)[] }>("/api/v1/questions/run", { method: "POST", body: JSON.stringify({ steps, counts: true }), signal });
    this.counts = this.steps.map((step) => (steps.includes(step) ? Number(counts[steps.indexOf(step)]) : undefined));
    this.left.querySelectorAll<HTMLElement>(".step-count").forEach((label, at) => {
      const count = this.counts[at];
      label.textContent = count === undefined ? "" : text(count === 1 ? { en: "{0} row", fr: "{0} ligne" } : { en: "{0} rows", fr: "{0} lignes" }, formatNumber(count));
    });
  }

  private drawPreview(): void {
    if (this.data.columns.length === 0) {
      const nothing = element("div", "empty");
      nothing.append(icon("lightbulb"), element("h2", "", text({ en: "Your answer appears here", fr: "Votre réponse apparaît ici" })), element("p", "", text({ en: "Choose a table at the left. Then filter, summarise and sort it, one step after the other.", fr: "Choisissez une table à gauche. Puis filtrez, résumez et triez, une étape après l'autre." })));
      this.preview.replaceChildren(nothing);
      this.settings.replaceChildren();
      return;
    }
    if (this.showsRows) {
      const grid = this.preview.querySelector<GridElement>("escale-grid") ?? new GridElement();
      grid.data = this.data;
      if (!grid.isConnected) this.preview.replaceChildren(grid);
      this.settings.replaceChildren();
      return;
    }
    const chart = this.preview.querySelector<EscaleChart>("escale-chart") ?? new EscaleChart();
    chart.settings = { ...this.question.chart, title: this.question.title };
    chart.data = this.data;
    if (!chart.isConnected) this.preview.replaceChildren(chart);
    if (!this.settings.contains(document.activeElement) || document.activeElement instanceof HTMLSelectElement) this.drawSettings();
  }

  private drawSettings(): void {
    this.settings.replaceChildren(settingsForm(this.data, this.question.chart ?? {}, (settings) => {
      this.question.chart = settings;
      this.drawPreview();
    }));
  }

  private tell(words: string, tone: "bad" | "warn"): void {
    const notice = element("div", `notice ${tone}`);
    notice.setAttribute("role", tone === "bad" ? "alert" : "status");
    notice.append(icon(tone === "bad" ? "circle-x" : "triangle-alert"), element("div", "grow sql-error", words));
    this.notice.replaceChildren(notice);
  }

  private async toSql(): Promise<void> {
    if (this.sql !== null) return;
    try {
      this.sql = this.steps.length === 0 ? "" : (await callJson<{ sql: string }>("/api/v1/questions/compile", { method: "POST", body: JSON.stringify({ steps: this.steps }) })).sql;
      this.drawLeft();
      this.refresh(0);
    } catch (error) {
      this.tell(explain(error), "bad");
    }
  }

  private async toSteps(): Promise<void> {
    if (this.sql === null) return;
    if (this.sql.trim() === "") this.sql = null;
    else {
      try {
        const read = await callJson<{ steps?: Step[]; beyond?: string }>("/api/v1/questions/parse", { method: "POST", body: JSON.stringify({ sql: this.sql }) });
        if (!read.steps) {
          this.tell(text({ en: "This SQL goes beyond steps: it has {0}. It stays SQL; nothing is lost.", fr: "Ce SQL va au-delà des étapes : il contient {0}. Il reste en SQL ; rien n'est perdu." }, beyondWords(read.beyond ?? "")), "warn");
          return;
        }
        this.steps = read.steps;
        this.sql = null;
      } catch (error) {
        this.tell(explain(error), "bad");
        return;
      }
    }
    this.seen = this.steps.length;
    this.notice.replaceChildren();
    this.drawLeft();
    this.refresh(0);
  }

  private async save(): Promise<void> {
    const { id, title, description, tags, parameters, chart } = this.question;
    if (!title.trim()) {
      this.right.querySelector<HTMLInputElement>(".builder-title")?.focus();
      this.tell(text({ en: "Give the question a title.", fr: "Donnez un titre à la question." }), "warn");
      return;
    }
    const query = this.sql === null ? { steps: this.steps } : { sql: this.sql, ...(parameters ? { parameters } : {}) };
    const body = { title: title.trim(), description, tags, ...query, ...(chart ? { chart } : {}) };
    try {
      const saved = await callJson<Saved>(`/api/v1/questions${id ? `/${id}` : ""}`, { method: id ? "PUT" : "POST", headers: id ? { "If-Match": this.tag } : {}, body: JSON.stringify(body) });
      toast(text({ en: "Saved", fr: "Enregistrée" }));
      visit(`${base}/questions/${saved.id}`);
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) await this.choose(error.message, body);
      else this.tell(explain(error), "bad");
    }
  }

  // Somebody else saved first.
  private async choose(message: string, mine: { title: string }): Promise<void> {
    const chosen = await askConflict(message);
    if (chosen === "theirs") visit(location.href, { action: "replace" });
    if (chosen !== "copy") return;
    try {
      const saved = await callJson<Saved>("/api/v1/questions", { method: "POST", body: JSON.stringify({ ...mine, title: copyTitle(mine.title) }) });
      visit(`${base}/questions/${saved.id}`);
    } catch (error) {
      this.tell(explain(error), "bad");
    }
  }
}

customElements.define("escale-builder", EscaleBuilder);
