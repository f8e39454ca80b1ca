// <escale-question data-id data-title data-chart>: a saved question's chart on its page, and the rows behind what is clicked.
import { callJson, explain } from "../api";
import { formatNumber, text } from "../language";
import { EscaleChart } from "./chart";
import type { ChartData, Picked } from "./chart/types";
import { GridElement } from "./grid";
import { button, element, icon } from "./sql/parts";

export class EscaleQuestion extends HTMLElement {
  private ending: AbortController | undefined;

  connectedCallback(): void {
    this.ending = new AbortController();
    this.replaceChildren(element("div", "skeleton question-skeleton"));
    void this.load(this.ending.signal);
  }

  disconnectedCallback(): void {
    this.ending?.abort();
  }

  private async load(signal: AbortSignal): Promise<void> {
    try {
      const data = await callJson<ChartData>(`/api/v1/questions/${this.dataset["id"]}/result${location.search}`, { signal });
      const chart = new EscaleChart();
      chart.settings = { ...(JSON.parse(this.dataset["chart"] ?? "{}") as object), title: this.dataset["title"] ?? "" };
      chart.data = data;
      chart.addEventListener("escale:drill", (event) => void showRows(`/api/v1/questions/${this.dataset["id"]}/rows`, (event as CustomEvent<Picked>).detail));
      this.replaceChildren(chart);
    } catch (error) {
      if (signal.aborted) return;
      const notice = element("div", "notice bad");
      notice.append(icon("circle-x"), element("div", "grow sql-error", explain(error)));
      this.replaceChildren(notice);
    }
  }
}

/** The rows behind a mark, in a dialog. */
export async function showRows(address: string, picked: Picked): Promise<void> {
  const dialog = document.createElement("dialog");
  dialog.className = "rows-dialog";
  const head = element("div", "card-head");
  const title = element("h2", "clip", picked.label || text({ en: "Rows", fr: "Lignes" }));
  const count = element("span", "quiet grow");
  head.append(title, count, button(text({ en: "Close", fr: "Fermer" }), "x", () => dialog.close(), "plain square"));
  const body = element("div", "rows-dialog-body");
  body.append(element("div", "skeleton question-skeleton"));
  dialog.append(head, body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  try {
    const data = await callJson<ChartData>(address, { method: "POST", body: JSON.stringify({ filters: picked.filters, row_limit: 5000 }) });
    const grid = new GridElement();
    grid.setAttribute("label", title.textContent);
    grid.data = data;
    body.replaceChildren(grid);
    count.textContent = `${data.truncated ? "≥ " : ""}${formatNumber(data.rows.length)} ${text({ en: "rows", fr: "lignes" })}`;
  } catch (error) {
    body.replaceChildren(element("p", "card-body lines", explain(error)));
  }
}

customElements.define("escale-question", EscaleQuestion);
