// <escale-recipe data-name>: a recipe in steps at the left, its rows before and after a step at the right; both as code.
import { visit } from "@hotwired/turbo";
import { ApiError, base, call, callJson, explain } from "../api";
import { formatNumber, text } from "../language";
import { askConflict } from "../shell/conflict";
import { toast } from "../shell/shell";
import { choice, line, typed } from "./builder/forms";
import { kindOf } from "./builder/steps";
import { typedValue, withEdit } from "./recipe/edits";
import { seeButton, stepCard } from "./recipe/card";
import { formOf } from "./recipe/forms";
import { History } from "./recipe/history";
import { codePart, columnMenu } from "./recipe/menus";
import { Suggestions } from "./recipe/suggestions";
import { asSent, fresh, groups, isWhole, newId, types, type Column, type Draft, type Preview, type Recipe, type Row, type Step } from "./recipe/types";
import { arrowKeys, drawRows, editCell, previewBar } from "./recipe/view";
import type { Names } from "./sql/editor";
import { button, element, icon } from "./sql/parts";

type Whole = Recipe & { name: string; yaml: string; sql: string };

export class EscaleRecipe extends HTMLElement {
  private name = "";
  private isNew = true;
  private recipe: Recipe = { table: "", steps: [] };
  private saved = "";
  private tag = "";
  private seen = 0;
  private open = "";
  private names: Names = [];
  private history = new History<Recipe>(this.recipe);
  private preview: Preview | undefined;
  private readonly known = new Map<number, readonly Column[]>(); // columns before a step
  private onlyChanged = false;
  private trial: Step | undefined; // a suggestion that is looked at
  private readonly suggestions = new Suggestions({ recipe: () => this.ready(), add: (steps) => this.addAll(steps), look: (step) => this.try(step) });
  private asked: AbortController | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly left = element("div", "builder-left");
  private readonly right = element("div", "builder-right");
  private readonly head = element("div", "recipe-head");
  private readonly notice = element("div", "");
  private readonly view = element("div", "recipe-view");
  private readonly code = element("details", "card question-code") as HTMLDetailsElement;
  private readonly leave = (event: BeforeUnloadEvent): void => {
    if (this.isChanged) event.preventDefault();
  };

  connectedCallback(): void {
    this.replaceChildren();
    this.addEventListener("keydown", this.keys);
    addEventListener("beforeunload", this.leave);
    void this.start();
  }

  disconnectedCallback(): void {
    this.asked?.abort();
    this.suggestions.stop();
    clearTimeout(this.waiting);
    this.removeEventListener("keydown", this.keys);
    removeEventListener("beforeunload", this.leave);
    this.replaceChildren();
  }

  private get isChanged(): boolean {
    return this.saved !== JSON.stringify(asSent(this.recipe)) && this.recipe.steps.length > 0;
  }

  private async start(): Promise<void> {
    const query = new URLSearchParams(location.search);
    this.name = this.dataset["name"] ?? "";
    this.isNew = this.name === "";
    try {
      const [names, answer] = await Promise.all([callJson<{ rows: [string, Names[number]["columns"]][] }>("/api/v1/sql/names"), this.isNew ? undefined : call(`/api/v1/recipes/${this.name}`)]);
      if (!this.isConnected) return;
      this.names = names.rows.map(([table, columns]) => ({ table, columns }));
      if (answer) {
        this.tag = answer.headers.get("ETag") ?? "";
        const { table, makes, description, tags, steps } = (await answer.json()) as Whole;
        this.recipe = { table, makes: makes ?? "", description: description ?? "", tags: tags ?? [], steps };
        this.saved = JSON.stringify(asSent(this.recipe));
      } else {
        const table = query.get("table") ?? "";
        this.recipe = { table, steps: [] };
        this.name = table ? `${table.split(".").pop()}_clean` : "";
      }
    } catch (error) {
      this.replaceChildren(this.right);
      this.right.replaceChildren(this.notice);
      this.tell(explain(error));
      return;
    }
    this.history = new History(this.recipe);
    const at = this.recipe.steps.findIndex((step) => step.id === query.get("step"));
    this.seen = at < 0 ? this.recipe.steps.length : at + 1;
    this.code.append(element("summary", "card-head", text({ en: "As code", fr: "En code" })), element("div", "card-body stack"));
    this.code.addEventListener("toggle", () => void this.drawCode());
    this.right.replaceChildren(this.head, this.notice, this.view, this.code);
    this.replaceChildren(this.left, this.right);
    this.draw();
    this.refresh(0);
  }

  // What was done: to the steps, to the history, to the rows.
  private changed(again = true, kind = ""): void {
    this.trial = undefined;
    this.history.note(this.recipe, kind);
    this.seen = Math.min(this.seen, this.recipe.steps.length);
    this.known.clear();
    if (again) this.draw();
    else this.drawHead();
    this.refresh();
  }

  private go(state: Recipe | undefined): void {
    if (!state) return;
    this.recipe = state;
    this.trial = undefined;
    this.seen = Math.min(this.seen, state.steps.length);
    this.known.clear();
    this.draw();
    this.refresh(0);
  }

  private readonly keys = (event: KeyboardEvent): void => {
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      void this.save();
    } else if (!isTyping && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      this.go(event.shiftKey ? this.history.redo() : this.history.undo());
    } else if (!isTyping && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") {
      event.preventDefault();
      this.go(this.history.redo());
    }
  };

  private draw(): void {
    this.drawHead();
    this.drawSteps();
  }

  private drawHead(): void {
    if (this.head.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) {
      this.head.querySelectorAll("button").forEach((one) => one.dispatchEvent(new Event("look")));
      return;
    }
    const undo = button(text({ en: "Undo", fr: "Annuler" }), "rotate-ccw", () => this.go(this.history.undo()), "plain square");
    const redo = button(text({ en: "Redo", fr: "Rétablir" }), "refresh-cw", () => this.go(this.history.redo()), "plain square");
    const look = (): void => {
      undo.disabled = !this.history.canUndo;
      redo.disabled = !this.history.canRedo;
    };
    undo.addEventListener("look", look);
    look();
    const parts: HTMLElement[] = [];
    if (this.isNew) {
      const name = typed(text({ en: "Name: letters, digits and _", fr: "Nom : lettres, chiffres et _" }), this.name, (value) => (this.name = value.trim()));
      name.className = "input builder-title";
      name.pattern = "[A-Za-z_][A-Za-z0-9_]{0,62}";
      parts.push(name);
    }
    const about = typed(text({ en: "Description (optional)", fr: "Description (facultative)" }), this.recipe.description ?? "", (value) => {
      this.recipe.description = value;
      this.changed(false, "description");
    });
    about.className = "input";
    parts.push(about, undo, redo);
    if (!this.isNew) parts.push(button(text({ en: "Run", fr: "Exécuter" }), "play", () => void this.run()));
    parts.push(button(text({ en: "Save", fr: "Enregistrer" }), "save", () => void this.save(), "primary"));
    this.head.replaceChildren(line(...parts));
  }

  private drawSteps(): void {
    const list = element("ol", "steps");
    list.append(this.tableCard(), ...this.recipe.steps.map((step, at) => this.card(step, at)));
    this.left.replaceChildren(list, this.adder(), this.suggestions.room);
    this.drawCounts();
  }

  private tableCard(): HTMLElement {
    const item = element("li", "card step");
    const head = element("div", "step-head");
    const see = this.seeButton(0, "table-2", text({ en: "Table", fr: "Table" }));
    head.append(see, element("span", "quiet step-count"));
    item.append(head);
    if (this.isNew || this.recipe.table === "") {
      const form = element("div", "step-form");
      form.append(choice(text({ en: "Table", fr: "Table" }), this.names.map((one) => [one.table, one.table] as const), this.recipe.table, (table) => {
        this.recipe.table = table;
        if (this.isNew && (!this.name || this.name.endsWith("_clean"))) this.name = `${table.split(".").pop()}_clean`;
        this.changed();
      }));
      item.append(form);
    } else item.append(element("div", "mono quiet recipe-table", `${this.recipe.table} → ${this.recipe.makes ?? ""}`));
    return item;
  }

  private seeButton(at: number, sign: string, words: string): HTMLButtonElement {
    return seeButton(this.seen === at, sign, words, () => this.look(at));
  }

  private look(at: number): void {
    this.trial = undefined;
    const id = this.recipe.steps[at - 1]?.id ?? "";
    this.open = this.seen === at && this.open === id ? "" : id;
    this.seen = at;
    const address = new URL(location.href);
    if (id) address.searchParams.set("step", id);
    else address.searchParams.delete("step");
    window.history.replaceState(window.history.state, "", address);
    this.drawSteps();
    this.left.querySelectorAll<HTMLElement>(".step-name")[at]?.focus();
    this.refresh(0);
  }

  private card(step: Step, at: number): HTMLElement {
    const isOpen = this.open === step.id;
    const item = stepCard(step, {
      at, isLast: at === this.recipe.steps.length - 1, isSeen: this.seen === at + 1, isBeyond: at >= this.seen, isOpen,
      look: () => this.look(at + 1), move: (to) => this.move(at, to), receive: (from) => this.move(from, at), change: (what) => this.change(what, at),
    });
    if (isOpen && types[step.type]) {
      item.append(formOf(step, { columns: this.known.get(at) ?? this.columnsOfTable(), names: this.names, changed: (again, kind) => this.changed(again === true, kind ?? ""), learn: (one) => this.learn(one, at) }));
    }
    return item;
  }

  private change(what: "switch" | "copy" | "delete", at: number): void {
    const step = this.recipe.steps[at]!;
    if (what === "copy") this.recipe.steps.splice(at + 1, 0, { ...structuredClone(step), id: newId(this.recipe.steps) });
    else if (what === "delete") {
      this.recipe.steps.splice(at, 1);
      if (this.seen > at) this.seen--;
    } else if (step.disabled) delete step.disabled;
    else step.disabled = true;
    this.changed();
  }

  private move(from: number, to: number): void {
    if (to < 0 || to >= this.recipe.steps.length || from === to) return;
    const [moved] = this.recipe.steps.splice(from, 1);
    this.recipe.steps.splice(to, 0, moved!);
    this.seen = to + 1;
    this.changed();
    this.left.querySelectorAll<HTMLElement>(".step-name")[to + 1]?.focus();
  }

  private adder(): HTMLElement {
    const more = document.createElement("details");
    more.className = "menu recipe-adder";
    const summary = element("summary", "button");
    summary.append(icon("plus"), element("span", "", text({ en: "Add a step", fr: "Ajouter une étape" })));
    const menu = element("div", "menu-list recipe-types");
    for (const [group, words] of groups) {
      menu.append(element("div", "menu-head", text(words)));
      for (const [name, type] of Object.entries(types)) {
        if (type.group === group && name !== "edit") menu.append(button(text(type.words), type.icon, () => ((more.open = false), this.add(name)), "bare"));
      }
    }
    more.append(summary, menu);
    return more;
  }

  /** A new step after the one that is seen. */
  private add(type: string, column?: Column): void {
    const columns = this.preview?.columns ?? this.columnsOfTable();
    const suits = types[type]!.suits;
    const chosen = column ?? (suits ? columns.find((one) => suits.includes(one.kind)) : columns[0]);
    const step = fresh(type, newId(this.recipe.steps), chosen);
    this.recipe.steps.splice(this.seen, 0, step);
    this.known.set(this.seen, columns);
    const kept = new Map(this.known);
    this.seen++;
    this.open = step.id;
    this.changed(false);
    kept.forEach((value, at) => this.known.set(at, value));
    this.draw();
    this.left.querySelectorAll<HTMLElement>(".step-name")[this.seen]?.focus();
    if (types[type]!.learns?.(step)) void this.learn(step, this.seen - 1);
  }

  /** Steps at the end, as they were suggested. */
  private addAll(steps: readonly Draft[]): void {
    for (const step of steps) this.recipe.steps.push({ ...(structuredClone(step) as Step), id: newId(this.recipe.steps) });
    this.seen = this.recipe.steps.length;
    this.open = "";
    this.changed();
  }

  /** Shows what a suggested step would do after all others. */
  private try(step: Draft | undefined): void {
    this.trial = step ? ({ ...step, id: newId(this.recipe.steps) } as Step) : undefined;
    this.refresh(0);
  }

  private async learn(step: Step, at: number): Promise<void> {
    const column = String(step["column"] ?? (step["columns"] as string[] | undefined)?.[0] ?? "");
    if (!column) return;
    try {
      const recipe = asSent({ ...this.recipe, steps: this.recipe.steps.slice(0, at) });
      const learned = await callJson<Record<string, unknown>>("/api/v1/recipes/learn", { method: "POST", body: JSON.stringify({ recipe, type: step.type, column, settings: step }) });
      Object.assign(step, learned);
      if (Object.keys((learned["values"] as object | undefined) ?? { some: 1 }).length === 0) toast(text({ en: "No two values are alike.", fr: "Aucune valeur n'en rappelle une autre." }));
      this.changed();
    } catch (error) {
      this.tell(explain(error));
    }
  }

  private columnsOfTable(): Column[] {
    return (this.names.find((one) => one.table === this.recipe.table)?.columns ?? []).map((one) => ({ name: one.name, type: one.type, kind: kindOf(one.type) }));
  }

  private refresh(delay = 400): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.show(), delay);
  }

  /** The recipe so far: steps that do not say enough yet are left out, and which they are. */
  private ready(): Recipe {
    return asSent({ ...this.recipe, steps: this.recipe.steps.map((step) => (isWhole(step) ? step : { id: step.id, type: "sort", by: ["x"], disabled: true })) });
  }

  private async show(): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    if (!this.recipe.table) {
      this.empty();
      return;
    }
    this.view.setAttribute("aria-busy", "true");
    const recipe = this.ready();
    if (this.trial) recipe.steps.push(this.trial);
    const seen = this.trial ? recipe.steps.length : this.seen;
    try {
      const ask = (step: number, rows: number): Promise<Preview> => callJson("/api/v1/recipes/preview", { method: "POST", body: JSON.stringify({ recipe, step, rows, only_changed: this.onlyChanged && rows > 1 }), signal: asked.signal });
      const preview = await ask(seen, 100);
      if (asked.signal.aborted) return;
      this.preview = preview;
      if (seen > 0 && !this.known.has(seen - 1)) {
        this.known.set(seen - 1, (await ask(seen - 1, 1)).columns);
        if (!this.left.contains(document.activeElement)) this.drawSteps();
      }
      this.known.set(seen, preview.columns);
      this.notice.replaceChildren();
      this.drawPreview();
      this.drawCounts();
      this.suggestions.ask();
      if (this.code.open) void this.drawCode();
    } catch (error) {
      if (!asked.signal.aborted) this.tell(explain(error));
    } finally {
      if (this.asked === asked) this.view.removeAttribute("aria-busy");
    }
  }

  private drawCounts(): void {
    const counts = this.preview?.counts ?? [];
    this.left.querySelectorAll<HTMLElement>(".step-count").forEach((label, at) => {
      const count = counts[at];
      const lost = at > 0 && count !== undefined && counts[at - 1] !== undefined ? count - counts[at - 1]! : 0;
      label.textContent = count === undefined ? "" : at === 0 || lost !== 0 ? `${text(count === 1 ? { en: "{0} row", fr: "{0} ligne" } : { en: "{0} rows", fr: "{0} lignes" }, formatNumber(count))}${lost === 0 ? "" : ` (${lost > 0 ? "+" : "−"}${formatNumber(Math.abs(lost))})`}` : "";
    });
  }

  private empty(): void {
    const nothing = element("div", "empty");
    nothing.append(icon("table-2"), element("h2", "", text({ en: "Choose a table to clean", fr: "Choisissez une table à nettoyer" })), element("p", "", text({ en: "Then add steps; each shows at once what it changes. The table itself is never touched.", fr: "Puis ajoutez des étapes ; chacune montre aussitôt ce qu'elle change. La table elle-même n'est jamais modifiée." })));
    this.view.replaceChildren(nothing);
  }

  private drawPreview(): void {
    const preview = this.preview!;
    const step = this.trial ?? this.recipe.steps[this.seen - 1];
    const bar = previewBar(preview, step, this.trial !== undefined, this.onlyChanged, (only) => {
      this.onlyChanged = only;
      this.refresh(0);
    });
    const parts: HTMLElement[] = [bar];
    if (preview.removed.length > 0) parts.push(element("div", "recipe-gone quiet", text({ en: "Columns that go: {0}", fr: "Colonnes qui partent : {0}" }, preview.removed.join(", "))));
    const last = this.recipe.steps.length;
    const mayEdit = !this.trial && this.seen === last && (last === 0 || (isWhole(this.recipe.steps[last - 1]!) && preview.changed_row_count !== null));
    const rows = drawRows(preview, {
      menu: (column, at) => this.trial || columnMenu(this, column, at, (name) => this.add(name, column)),
      ...(mayEdit ? { edit: (row: Row, column: number, cell: HTMLElement) => this.edit(row, column, cell), remove: (row: Row) => this.editRow(row, "delete") } : {}),
    });
    arrowKeys(rows);
    parts.push(rows);
    if (preview.rows.length === 0) parts.push(element("p", "quiet recipe-none", this.onlyChanged ? text({ en: "Nothing changes.", fr: "Rien ne change." }) : text({ en: "No rows.", fr: "Aucune ligne." })));
    this.view.replaceChildren(...parts);
  }

  private edit(row: Row, column: number, cell: HTMLElement): void {
    const one = this.preview!.columns[column]!;
    editCell(cell, row.cells[column], text({ en: "New value of {0}", fr: "Nouvelle valeur de {0}" }, one.name), (words) => this.editRow(row, { column, value: typedValue(words, one) }));
  }

  private editRow(row: Row, change: { column: number; value: unknown } | "delete"): void {
    this.recipe.steps = withEdit(this.recipe.steps, this.preview!.columns, this.preview!.rows, row, change, newId(this.recipe.steps));
    this.seen = this.recipe.steps.length;
    this.open = "";
    this.changed();
  }

  private async drawCode(): Promise<void> {
    if (!this.code.open || !this.recipe.table) return;
    try {
      const { yaml, sql } = await callJson<{ yaml: string; sql: string }>("/api/v1/recipes/compile", { method: "POST", body: JSON.stringify({ recipe: this.ready(), name: /^[A-Za-z_][A-Za-z0-9_]*$/.test(this.name) ? this.name : "draft" }) });
      this.code.lastElementChild!.replaceChildren(codePart(`recipes/${this.name || "name"}.yml`, yaml), codePart("SQL", sql));
    } catch (error) {
      this.code.lastElementChild!.replaceChildren(element("p", "error", explain(error)));
    }
  }

  private tell(words: string): void {
    const notice = element("div", "notice bad");
    notice.setAttribute("role", "alert");
    notice.append(icon("circle-x"), element("div", "grow sql-error", words));
    this.notice.replaceChildren(notice);
  }

  private async save(as = this.name, match = this.isNew ? "" : this.tag): Promise<boolean> {
    const unready = this.recipe.steps.findIndex((step) => !step.disabled && !isWhole(step));
    if (unready >= 0) {
      this.tell(text({ en: "Step {0} is not complete. Fill it in, switch it off, or delete it.", fr: "L'étape {0} n'est pas complète. Complétez-la, désactivez-la ou supprimez-la." }, unready + 1));
      return false;
    }
    try {
      const answer = await call(`/api/v1/recipes/${encodeURIComponent(as || "-")}`, { method: "PUT", headers: match ? { "If-Match": match } : {}, body: JSON.stringify(asSent(this.recipe)) });
      this.tag = answer.headers.get("ETag") ?? "";
      this.saved = JSON.stringify(asSent(this.recipe));
      toast(text({ en: "Saved", fr: "Enregistrée" }));
      this.notice.replaceChildren();
      if (this.isNew || as !== this.name) visit(`${base}/recipes/${as}`);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) await this.choose(error.message);
      else this.tell(explain(error));
      return false;
    }
  }

  // Somebody else saved first.
  private async choose(message: string): Promise<void> {
    const chosen = await askConflict(message);
    if (chosen === "theirs") visit(location.href, { action: "replace" });
    if (chosen === "copy") {
      delete this.recipe.makes;
      await this.save(`${this.name}_2`, "");
    }
  }

  private async run(): Promise<void> {
    if (this.isChanged && !(await this.save())) return;
    try {
      const { run } = await callJson<{ run: string }>(`/api/v1/recipes/${this.name}/runs`, { method: "POST" });
      visit(`${base}/runs/${run}`);
    } catch (error) {
      this.tell(explain(error));
    }
  }
}

customElements.define("escale-recipe", EscaleRecipe);
