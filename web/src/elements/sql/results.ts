// The results below the editor: a tab for each statement, as rows or as a chart.
import { formatNumber, text } from "../../language";
import type { EscaleChart } from "../chart";
import { chartTypes, type ChartSettings } from "../chart/types";
import { GridElement } from "../grid";
import { fileName, save, toCsv, toJson } from "../chart/export";
import type { Names } from "./editor";
import { button, element, icon } from "./parts";
import type { Failure, Result } from "./run";

type Shown = { result: Result; isPlan: boolean; tab: HTMLButtonElement; panel: HTMLElement; grid: GridElement | undefined; count: HTMLElement; chart: EscaleChart | undefined };

export class ResultTabs {
  private shown: Shown[] = [];
  private readonly tabs = element("div", "sql-tabs");
  private readonly panels = element("div", "sql-panels");
  private drawing = false;

  constructor(host: HTMLElement) {
    this.tabs.setAttribute("role", "tablist");
    this.tabs.hidden = true;
    host.append(this.tabs, this.panels);
  }

  get all(): Result[] {
    return this.shown.map((one) => one.result);
  }

  clear(): void {
    this.shown = [];
    this.tabs.replaceChildren();
    this.tabs.hidden = true;
    this.panels.replaceChildren();
  }

  /** Before the first query: what can be done here, and one to begin with. */
  hint(table: Names[number] | undefined, take: (sql: string) => void): void {
    const box = element("div", "empty");
    box.append(
      icon("square-terminal"), element("h2", "", text({ en: "Ask your tables", fr: "Interrogez vos tables" })),
      element("p", "", text({ en: "Write a query above: tables, columns and aliases are completed as you type. Ctrl+Enter runs the statement at the cursor, or what is selected. Write :name for a value that changes.", fr: "Écrivez une requête ci-dessus : tables, colonnes et alias se complètent à la frappe. Ctrl+Entrée exécute l'instruction sous le curseur, ou la sélection. Écrivez :nom pour une valeur qui change." })),
    );
    if (table) box.append(button(text({ en: "Show the first rows of {0}", fr: "Voir les premières lignes de {0}" }, table.table), "play", () => take(`select *\nfrom ${table.table}\nlimit 100`)));
    this.panels.replaceChildren(box);
  }

  add(result: Result, isPlan = false): void {
    const panel = element("div", "sql-panel");
    const tab = document.createElement("button");
    tab.type = "button";
    tab.role = "tab";
    tab.textContent = text({ en: "Result {0}", fr: "Résultat {0}" }, this.shown.length + 1);
    tab.title = result.sql.slice(0, 300);
    const one: Shown = { result, isPlan, tab, panel, grid: undefined, count: element("span", "quiet"), chart: undefined };
    tab.addEventListener("click", () => this.open(one));
    this.shown.push(one);
    this.tabs.append(tab);
    this.tabs.hidden = this.shown.length < 2;
    this.panels.append(panel);
    if (!isPlan) {
      panel.append(this.bar(one));
      const box = element("div", "sql-rows");
      panel.append(box);
      one.grid = gridIn(box);
    }
    this.open(one);
    this.grow(result);
  }

  grow(result: Result): void {
    const one = this.shown.find((shown) => shown.result === result);
    if (!one || (this.drawing && !result.isDone)) return;
    // Rows that come in many parts are drawn once a frame.
    this.drawing = true;
    requestAnimationFrame(() => (this.drawing = false));
    if (one.isPlan) {
      if (result.isDone) one.panel.replaceChildren(element("pre", "sql-plan", result.rows.map((row) => String(row[1] ?? row[0])).join("\n")));
      return;
    }
    if (one.grid) one.grid.data = result;
    const count = formatNumber(result.rows.length);
    one.count.textContent = result.truncated ? text({ en: "first {0} rows; there are more", fr: "{0} premières lignes ; il y en a d'autres" }, count) : text(result.rows.length === 1 ? { en: "{0} row", fr: "{0} ligne" } : { en: "{0} rows", fr: "{0} lignes" }, count);
    if (one.chart && result.isDone) one.chart.data = result;
  }

  fail(failure: Failure, at?: { line: number; column: number }): void {
    const notice = element("div", "notice bad");
    notice.setAttribute("role", "alert");
    const words = element("div", "grow stack-s");
    words.append(element("div", failure.detail ? "strong" : "sql-error", failure.title));
    if (at) words.append(element("div", "quiet", text({ en: "Line {0}, column {1}", fr: "Ligne {0}, colonne {1}" }, at.line, at.column)));
    if (failure.next) words.append(element("div", "", failure.next));
    if (failure.detail) words.append(Object.assign(element("div", "sql-error soft", failure.detail), { lang: "en" }));
    if (failure.code) words.append(element("div", "quiet mono", failure.code));
    notice.append(icon("circle-x"), words);
    this.panels.prepend(notice);
  }

  private open(one: Shown): void {
    for (const other of this.shown) {
      other.tab.setAttribute("aria-selected", String(other === one));
      other.panel.hidden = other !== one;
    }
  }

  private bar(one: Shown): HTMLElement {
    const bar = element("div", "sql-result-bar");
    const kind = document.createElement("select");
    kind.className = "select small";
    kind.setAttribute("aria-label", text({ en: "Show as", fr: "Afficher comme" }));
    kind.append(new Option(text({ en: "Rows", fr: "Lignes" }), "rows"), new Option(text({ en: "Chart (chosen)", fr: "Graphique (choisi)" }), "auto"), ...chartTypes.filter((type) => type !== "table").map((type) => new Option(chartWords(type), type)));
    kind.addEventListener("change", () => void this.showAs(one, kind.value));
    bar.append(one.count, element("span", "grow"), kind, button("CSV", "download", () => save(toCsv(one.result), `${fileName("result")}.csv`), "small plain"), button("JSON", "braces", () => save(toJson(one.result), `${fileName("result")}.json`, "application/json"), "small plain"));
    return bar;
  }

  private async showAs(one: Shown, kind: string): Promise<void> {
    const box = one.panel.querySelector<HTMLElement>(".sql-rows")!;
    if (kind === "rows") {
      one.chart = undefined;
      one.grid = gridIn(box);
      one.grid.data = one.result;
      return;
    }
    const { EscaleChart } = await import("../chart");
    one.grid = undefined;
    one.chart ??= new EscaleChart();
    one.chart.settings = { type: kind as ChartSettings["type"] & string };
    one.chart.data = one.result;
    box.replaceChildren(one.chart);
  }
}

function gridIn(box: HTMLElement): GridElement {
  const grid = new GridElement();
  box.replaceChildren(grid);
  return grid;
}

const words: Record<string, { en: string; fr: string }> = {
  auto: { en: "Chosen from the data", fr: "Choisi selon les données" }, table: { en: "Table", fr: "Tableau" }, number: { en: "Number", fr: "Nombre" }, line: { en: "Line", fr: "Courbe" }, area: { en: "Area", fr: "Aires" }, bar: { en: "Bars", fr: "Barres" }, row: { en: "Rows of bars", fr: "Barres horizontales" }, combo: { en: "Bars and lines", fr: "Barres et courbes" },
  scatter: { en: "Scatter", fr: "Nuage de points" }, histogram: { en: "Histogram", fr: "Histogramme" }, box: { en: "Box plot", fr: "Boîtes à moustaches" }, heatmap: { en: "Heat map", fr: "Carte de chaleur" }, pie: { en: "Ring", fr: "Anneau" }, funnel: { en: "Funnel", fr: "Entonnoir" }, waterfall: { en: "Waterfall", fr: "Cascade" }, sankey: { en: "Flows (sankey)", fr: "Flux (sankey)" }, pivot: { en: "Pivot", fr: "Tableau croisé" }, map: { en: "Map", fr: "Carte" },
};

/** What a kind of chart is called. */
export const chartWords = (type: string): string => (words[type] ? text(words[type]) : type);
