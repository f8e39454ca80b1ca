// <escale-chart>: a result as a chart. Properties `data` (columns, rows) and `settings`; or an attribute `src` with a question's address, or a child
// <script type="application/json"> with both. Events: escale:pick when a mark is clicked (cancel it to keep the drill from following), escale:drill to
// show the rows behind it; both with the detail {filters, label}. Attributes: `bare` leaves out title, source and menu (for tiles); `table` shows the twin.
import { formatNumber, text } from "../language";
import { onTheme } from "../shell/theme";
import type { EChartsType } from "./chart/echarts";
import { complete } from "./chart/choose";
import { fileName, save, toCsv, toJson } from "./chart/export";
import { lookOf } from "./chart/look";
import { drawNumber } from "./chart/number";
import { drawing, type Drawing, type Mark } from "./chart/options";
import { pivot } from "./chart/pivot";
import { ResultTable } from "./chart/table";
import type { ChartData, ChartSettings, Picked } from "./chart/types";

const empty: ChartData = { columns: [], rows: [] };

export class EscaleChart extends HTMLElement {
  static readonly observedAttributes = ["table", "bare"];
  private _data: ChartData = empty;
  private _settings: ChartSettings = {};
  private readonly body = document.createElement("div");
  private chart: EChartsType | undefined;
  private drawn: Drawing | null = null;
  private ending: AbortController | undefined;
  private isAsked = false;
  private width = 0;

  get data(): ChartData {
    return this._data;
  }

  set data(data: ChartData) {
    this._data = data ?? empty;
    this.ask();
  }

  get settings(): ChartSettings {
    return this._settings;
  }

  set settings(settings: ChartSettings) {
    this._settings = settings ?? {};
    this.ask();
  }

  connectedCallback(): void {
    this.classList.add("chart");
    const given = this.querySelector<HTMLScriptElement>('script[type="application/json"]');
    if (given) {
      const both = JSON.parse(given.textContent ?? "{}") as { data?: ChartData; settings?: ChartSettings };
      this._data = both.data ?? this._data;
      this._settings = both.settings ?? this._settings;
    }
    this.ending = new AbortController();
    onTheme(() => this.ask(), this.ending.signal);
    const sizes = new ResizeObserver(() => this.resized());
    sizes.observe(this);
    this.ending.signal.addEventListener("abort", () => sizes.disconnect());
    this.ask();
  }

  disconnectedCallback(): void {
    this.ending?.abort();
    this.forget();
  }

  attributeChangedCallback(): void {
    this.ask();
  }

  /** The chart as a picture of twice its size. */
  toPng(): string | undefined {
    return this.chart?.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: lookOf(this).surface });
  }

  /** The chart as a drawing. */
  async toSvg(): Promise<string | undefined> {
    if (!this.drawn) return undefined;
    const { init } = await import("./chart/echarts");
    const copy = init(null, null, { renderer: "svg", ssr: true, width: this.body.clientWidth || 800, height: this.body.clientHeight || 450 });
    copy.setOption({ ...this.drawn.option, animation: false });
    const svg = copy.renderToSVGString();
    copy.dispose();
    return svg;
  }

  /** The rows as CSV. */
  toCsv(): string {
    return toCsv(this._data);
  }

  /** The rows as JSON, each an object by the columns' names. */
  toJson(): string {
    return toJson(this._data);
  }

  // With another width the names above may need another number of lines.
  private resized(): void {
    this.chart?.resize();
    if (this.chart && Math.abs(this.body.clientWidth - this.width) > 24) this.ask();
  }

  // Several changes in one turn are drawn once.
  private ask(): void {
    if (this.isAsked || !this.isConnected) return;
    this.isAsked = true;
    queueMicrotask(() => {
      this.isAsked = false;
      if (this.isConnected) void this.draw();
    });
  }

  private forget(): void {
    this.chart?.dispose();
    this.chart = undefined;
    this.drawn = null;
  }

  private async draw(): Promise<void> {
    const settings = complete(this._data, this._settings);
    this.dataset["type"] = settings.type;
    this.frame(settings);
    const showsTable = this.hasAttribute("table") || settings.type === "table";
    if (this._data.rows.length === 0) {
      this.forget();
      const nothing = document.createElement("p");
      nothing.className = "chart-nothing quiet";
      nothing.textContent = this._data.columns.length > 0 ? text({ en: "No rows", fr: "Aucune ligne" }) : "";
      this.body.replaceChildren(nothing);
    } else if (showsTable || settings.type === "pivot") {
      this.forget();
      this.body.replaceChildren();
      const table = new ResultTable(this.body, settings.title);
      table.onRow = (filters) => this.say("escale:drill", { filters, label: "" });
      table.show(settings.type === "pivot" && !this.hasAttribute("table") ? pivot(this._data, settings) : this._data, settings.formats, settings.decimals);
    } else if (settings.type === "number") {
      this.forget();
      drawNumber(this.body, this._data, settings);
    } else {
      await this.drawChart(settings);
    }
    this.dispatchEvent(new CustomEvent("escale:drawn", { bubbles: true }));
  }

  private async drawChart(settings: ReturnType<typeof complete>): Promise<void> {
    const library = await import("./chart/echarts");
    const next = drawing(this._data, settings, lookOf(this));
    if (!next || !this.isConnected) return;
    if (next.map) await (await import("./chart/world")).loadShapes(next.map);
    if (!this.isConnected) return;
    if (!this.chart || this.chart.getDom().parentElement !== this.body) {
      this.forget();
      const canvas = document.createElement("div");
      canvas.className = "chart-canvas";
      this.body.replaceChildren(canvas);
      this.chart = library.init(canvas, null, { renderer: "canvas" });
      this.listen(this.chart);
    }
    this.drawn = next;
    this.width = this.body.clientWidth;
    const title = settings.title ?? text({ en: "Chart", fr: "Graphique" });
    this.chart.setOption({ ...next.option, aria: { enabled: true, label: { description: this.description(title, settings.type) } }, tooltip: { ...(next.option.tooltip as object), trigger: "item", formatter: (item: unknown) => this.tip(item as { seriesIndex: number; dataIndex: number }) as never } }, { notMerge: true });
    this.chart.resize();
  }

  private listen(chart: EChartsType): void {
    const pick = (item: unknown): Mark | null => {
      const { seriesIndex, dataIndex } = item as { seriesIndex?: number; dataIndex?: number };
      return this.drawn?.mark(seriesIndex ?? -1, dataIndex ?? -1) ?? null;
    };
    chart.on("click", (item) => {
      const mark = pick(item);
      if (!mark || mark.filters.length === 0) return;
      const detail = { filters: mark.filters, label: mark.title };
      if (this.say("escale:pick", detail)) this.say("escale:drill", detail);
    });
    chart.on("dblclick", (item) => {
      const mark = pick(item);
      if (mark && mark.filters.length > 0) this.say("escale:drill", { filters: mark.filters, label: mark.title });
    });
  }

  private say(name: "escale:pick" | "escale:drill", detail: Picked): boolean {
    return this.dispatchEvent(new CustomEvent<Picked>(name, { bubbles: true, cancelable: true, detail }));
  }

  private tip(item: { seriesIndex: number; dataIndex: number }): HTMLElement {
    const box = document.createElement("div");
    box.className = "chart-tip-body";
    const mark = this.drawn?.mark(item.seriesIndex, item.dataIndex);
    if (!mark) return box;
    if (mark.title) box.append(part("div", "strong", mark.title));
    for (const line of mark.lines) {
      const row = part("div", "chart-tip-line", "");
      const name = part("span", "", line.name);
      if (line.colour) {
        const dot = part("i", "dot", "");
        dot.style.background = line.colour;
        name.prepend(dot);
      }
      row.append(name, part("b", "", line.value));
      box.append(row);
    }
    return box;
  }

  private description(title: string, type: string): string {
    return text({ en: "{0}. A {1} chart of {2} rows; the same numbers are in its table.", fr: "{0}. Un graphique ({1}) de {2} lignes ; les mêmes valeurs sont dans son tableau." }, title, type, formatNumber(this._data.rows.length));
  }

  private frame(settings: ChartSettings): void {
    this.body.className = "chart-body";
    if (this.hasAttribute("bare")) {
      if (this.firstElementChild !== this.body || this.childElementCount > 1) this.replaceChildren(this.body);
      return;
    }
    const head = part("div", "chart-head", "");
    head.append(part("div", "grow strong clip", [settings.title, settings.unit && settings.title ? `(${settings.unit})` : ""].filter(Boolean).join(" ")), this.menu(settings));
    this.replaceChildren(head, this.body, this.foot());
  }

  private foot(): HTMLElement {
    const foot = part("div", "chart-foot quiet", "");
    const tables = (this._data.tables ?? []).map((table) => table.name + (table.version === undefined ? "" : ` v${table.version}`));
    const rows = formatNumber(this._data.rows.length);
    const count = this._data.truncated ? text({ en: "first {0} rows", fr: "{0} premières lignes" }, rows) : text(this._data.rows.length === 1 ? { en: "{0} row", fr: "{0} ligne" } : { en: "{0} rows", fr: "{0} lignes" }, rows);
    foot.textContent = this._data.columns.length === 0 ? "" : [tables.join(", "), count].filter(Boolean).join(" · ");
    foot.title = foot.textContent;
    return foot;
  }

  private menu(settings: ChartSettings): HTMLElement {
    const isTable = this.hasAttribute("table");
    const menu = document.createElement("details");
    menu.className = "menu";
    const open = part("summary", "button plain small square", "⋯");
    open.setAttribute("aria-label", text({ en: "More", fr: "Plus" }));
    const list = part("div", "menu-list", "");
    const add = (words: string, act: () => void): void => {
      const button = part("button", "", words) as HTMLButtonElement;
      button.type = "button";
      button.addEventListener("click", act);
      list.append(button);
    };
    const name = fileName(settings.title);
    if (settings.type !== "table") add(isTable ? text({ en: "Show the chart", fr: "Voir le graphique" }) : text({ en: "Show the table", fr: "Voir le tableau" }), () => this.toggleAttribute("table", !isTable));
    if (this.chart || (!isTable && !["table", "pivot", "number"].includes(settings.type ?? ""))) {
      add(text({ en: "Download PNG", fr: "Télécharger en PNG" }), () => {
        const png = this.toPng();
        if (png) save(blobOf(png), `${name}.png`);
      });
      add(text({ en: "Download SVG", fr: "Télécharger en SVG" }), async () => {
        const svg = await this.toSvg();
        if (svg) save(svg, `${name}.svg`, "image/svg+xml");
      });
    }
    add(text({ en: "Download CSV", fr: "Télécharger en CSV" }), () => save(this.toCsv(), `${name}.csv`));
    add(text({ en: "Download JSON", fr: "Télécharger en JSON" }), () => save(this.toJson(), `${name}.json`, "application/json"));
    menu.append(open, list);
    return menu;
  }
}

function part(tag: string, className: string, words: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = words;
  return element;
}

function blobOf(address: string): Blob {
  const bytes = atob(address.slice(address.indexOf(",") + 1));
  return new Blob([Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))], { type: "image/png" });
}

customElements.define("escale-chart", EscaleChart);
