// One tile: its card, its chart or words, where the numbers come from, and its menu.
import { ApiError, base, call, explain } from "../../api";
import { formatNumber, text } from "../../language";
import { EscaleChart } from "../chart";
import { fileName, save } from "../chart/export";
import type { ChartData, ChartSettings, Picked } from "../chart/types";
import { button, icon, menu, part } from "./dom";
import { titleOf, type Filter, type Tile } from "./types";

export type TileHost = {
  readonly api: string;
  readonly canEdit: boolean;
  filtersSet(): Filter[];
  pick(tile: string, picked: Picked): void;
};

export class TileView {
  readonly element = part("article", "tile card");
  readonly head = part("div", "tile-head");
  private readonly body = part("div", "tile-body");
  private readonly foot = part("div", "tile-foot quiet");
  private chart: EscaleChart | undefined;
  private asking: AbortController | undefined;
  /** The rows that are shown. */
  data: ChartData | undefined;
  private known = "";
  private asked = "";

  constructor(public tile: Tile, private readonly host: TileHost) {
    this.element.dataset["tile"] = tile.id;
    this.element.append(this.head, this.body, this.foot);
    this.show(tile);
  }

  /** The tile as it is now: its title, its menu, its words. */
  show(tile: Tile): void {
    this.tile = tile;
    const title = titleOf(tile);
    this.element.setAttribute("aria-label", title || text({ en: "Text", fr: "Texte" }));
    this.element.classList.toggle("text-tile", tile.text !== undefined);
    this.element.classList.toggle("number-tile", this.settings().type === "number");
    const words = part("div", "tile-words", [part("h2", "tile-title clip", title)]);
    if (tile.description) words.append(Object.assign(part("p", "tile-about quiet clip", tile.description), { title: tile.description }));
    this.head.replaceChildren(words, this.menu());
    words.firstElementChild!.setAttribute("title", title);
    this.head.hidden = false;
    if (tile.text !== undefined) {
      const words = part("div", "prose");
      words.innerHTML = tile.html ?? ""; // made and sanitised by the server
      this.body.replaceChildren(words);
      this.foot.hidden = true;
    } else if (this.chart) {
      this.chart.settings = this.settings();
    }
  }

  /** Asks for the rows and draws them. The old rows stay, dimmed, until the new ones are there. */
  async load(query: URLSearchParams, again = false): Promise<void> {
    if (this.tile.text !== undefined || (!again && this.asked === query.toString() && this.chart)) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    if (!this.chart) this.wait();
    this.element.setAttribute("aria-busy", "true");
    try {
      const words = query.toString();
      const path = `${this.host.api}/tiles/${encodeURIComponent(this.tile.id)}${words ? `?${words}` : ""}`;
      const answer = await call(path, { signal: asking.signal });
      const data = (await answer.json()) as ChartData;
      if (asking.signal.aborted) return;
      this.asked = words;
      this.draw(data, answer.headers.get("ETag") ?? "", (answer.headers.get("Escale-Filters") ?? "").split(",").filter(Boolean).map(decodeURIComponent));
    } catch (error) {
      if (!asking.signal.aborted) this.fail(error, () => void this.load(query, true));
    } finally {
      if (!asking.signal.aborted) this.element.removeAttribute("aria-busy");
    }
  }

  /** Shows rows that were asked for elsewhere. */
  draw(data: ChartData, tag = "", applied?: readonly string[]): void {
    if (!this.chart) {
      this.chart = new EscaleChart();
      this.chart.setAttribute("bare", "");
      this.chart.addEventListener("escale:pick", (event) => {
        event.preventDefault();
        this.host.pick(this.tile.id, (event as CustomEvent<Picked>).detail);
      });
      this.chart.settings = this.settings();
      this.body.replaceChildren(this.chart);
    } else if (this.chart.parentElement !== this.body) {
      this.body.replaceChildren(this.chart);
    }
    if (!tag || tag !== this.known) this.chart.data = data;
    this.data = data;
    this.known = tag;
    this.source(data, applied);
  }

  close(): void {
    this.asking?.abort();
    this.element.remove();
  }

  private settings(): ChartSettings {
    return { ...this.tile.asked?.chart, ...this.tile.chart, title: titleOf(this.tile) };
  }

  private source(data: ChartData, applied: readonly string[] | undefined): void {
    const tables = (data.tables ?? []).map((table) => table.name + (table.version === undefined ? "" : ` v${table.version}`)).join(", ");
    const rows = data.truncated
      ? text({ en: "first {0} rows", fr: "{0} premières lignes" }, formatNumber(data.rows.length))
      : text(data.rows.length === 1 ? { en: "{0} row", fr: "{0} ligne" } : { en: "{0} rows", fr: "{0} lignes" }, formatNumber(data.rows.length));
    const words = part("span", "clip grow", [tables, rows].filter(Boolean).join(" · "));
    words.title = words.textContent ?? "";
    const left = applied === undefined ? [] : this.host.filtersSet().filter((filter) => !applied.includes(filter.id));
    this.foot.replaceChildren(words);
    if (left.length > 0) {
      const names = left.map((filter) => filter.title ?? filter.id).join(", ");
      const note = part("span", "tile-note", [icon("filter"), text({ en: "not filtered by {0}", fr: "non filtré par {0}" }, names)]);
      note.title = text({ en: "No table of this tile has the column of that filter, nor a column that comes from it.", fr: "Aucune table de cette tuile n'a la colonne de ce filtre, ni une colonne qui en vient." });
      this.foot.append(note);
    }
    this.foot.hidden = false;
  }

  private wait(): void {
    this.body.replaceChildren(part("div", "skeleton tile-skeleton"));
    this.foot.replaceChildren(" ");
  }

  private fail(error: unknown, again: () => void): void {
    this.chart = undefined;
    this.known = "";
    const problem = error instanceof ApiError ? error : new ApiError(0, "", explain(error));
    const notice = part("div", "tile-error", [icon("circle-alert"), part("p", "strong", problem.message)]);
    notice.setAttribute("role", "alert");
    if (problem.next) notice.append(part("p", "soft", problem.next));
    if (problem.detail) notice.append(Object.assign(part("p", "error-detail", problem.detail), { lang: "en" }));
    notice.append(button(text({ en: "Try again", fr: "Réessayer" }), again, { className: "small", icon: "rotate-ccw" }));
    this.body.replaceChildren(notice);
    this.foot.replaceChildren(" ");
  }

  private menu(): HTMLElement {
    const items: [string, string, () => void][] = [];
    const name = fileName(titleOf(this.tile));
    if (this.tile.text === undefined) {
      items.push([text({ en: "Chart or table", fr: "Graphique ou tableau" }), "table", () => this.chart?.toggleAttribute("table")]);
    }
    items.push([text({ en: "Full screen", fr: "Plein écran" }), "maximize", () => void this.element.requestFullscreen()]);
    if (this.tile.text === undefined) {
      items.push([text({ en: "Download CSV", fr: "Télécharger en CSV" }), "download", () => this.chart && save(this.chart.toCsv(), `${name}.csv`)]);
      items.push([text({ en: "Download JSON", fr: "Télécharger en JSON" }), "braces", () => this.chart && save(this.chart.toJson(), `${name}.json`, "application/json")]);
      items.push([text({ en: "Download SVG", fr: "Télécharger en SVG" }), "image", async () => {
        const svg = await this.chart?.toSvg();
        if (svg) save(svg, `${name}.svg`, "image/svg+xml");
      }]);
    }
    if (this.tile.question) items.push([text({ en: "Open the question", fr: "Ouvrir la question" }), "chart-column", () => window.Turbo?.visit(`${base}/questions/${this.tile.question}`)]);
    if (this.tile.sql && this.host.canEdit) items.push([text({ en: "Open in SQL", fr: "Ouvrir en SQL" }), "square-terminal", () => window.Turbo?.visit(`${base}/sql?sql=${encodeURIComponent(this.tile.sql!)}`)]);
    return menu(text({ en: "More about {0}", fr: "Plus sur {0}" }, titleOf(this.tile)), items);
  }
}

declare global {
  interface Window {
    Turbo?: { visit(address: string): void };
  }
}
