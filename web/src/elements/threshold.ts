// <escale-threshold>: from which probability on to act. A slider and the costs of both errors move the threshold; the four counts follow. The costs are in
// the address, so that the choice can be shared.
import { formatNumber, text } from "../language";
import { cheapest, nearest, outcome, type Point } from "./threshold-choice";

type Given = { classes: [string, string]; positives: number; negatives: number; threshold: number | null; costs: [string, string] | null; points: Point[] };

class ThresholdElement extends HTMLElement {
  #given!: Given;
  #slider!: HTMLInputElement;
  #alarm!: HTMLInputElement;
  #miss!: HTMLInputElement;
  #shown!: HTMLElement;

  connectedCallback(): void {
    const script = this.querySelector("script");
    if (script) this.#given = JSON.parse(script.textContent ?? "{}") as Given;
    if (!this.#given || this.#given.points.length === 0) return;
    const address = new URL(location.href).searchParams;
    this.#alarm = number(address.get("alarm") ?? this.#given.costs?.[0] ?? "1");
    this.#miss = number(address.get("miss") ?? this.#given.costs?.[1] ?? "1");
    this.#slider = document.createElement("input");
    Object.assign(this.#slider, { type: "range", min: "0", max: String(this.#given.points.length - 1), step: "1" });
    this.#slider.setAttribute("aria-label", text({ en: "Threshold", fr: "Seuil" }));
    this.#shown = document.createElement("div");
    this.#shown.setAttribute("aria-live", "polite");
    const bar = document.createElement("div");
    bar.className = "threshold-bar";
    bar.append(
      labelled(text({ en: "A false alarm costs", fr: "Une fausse alerte coûte" }), this.#alarm), labelled(text({ en: "A miss costs", fr: "Un oubli coûte" }), this.#miss),
      labelled(text({ en: "Threshold", fr: "Seuil" }), this.#slider));
    this.replaceChildren(bar, this.#shown);
    for (const input of [this.#alarm, this.#miss]) input.addEventListener("input", () => this.#byCost());
    this.#slider.addEventListener("input", () => this.#show());
    // From the highest threshold on the left would surprise: the slider rises to the right.
    const points = [...this.#given.points].sort((one, other) => one[0] - other[0]);
    this.#given = { ...this.#given, points };
    if (address.has("alarm") || this.#given.threshold === null) this.#byCost();
    else {
      this.#slider.value = String(nearest(points, this.#given.threshold));
      this.#show();
    }
  }

  #byCost(): void {
    const [alarm, miss] = [valueOf(this.#alarm), valueOf(this.#miss)];
    const falling = [...this.#given.points].reverse();
    this.#slider.value = String(falling.length - 1 - cheapest(falling, this.#given.positives, this.#given.negatives, alarm, miss));
    const address = new URL(location.href);
    address.searchParams.set("alarm", String(alarm));
    address.searchParams.set("miss", String(miss));
    history.replaceState(history.state, "", address);
    this.#show();
  }

  #show(): void {
    const { points, positives, negatives, classes } = this.#given;
    const point = points[Number(this.#slider.value)]!;
    const found = outcome(point, positives, negatives, valueOf(this.#alarm), valueOf(this.#miss));
    const whole = (value: number): string => formatNumber(Math.round(value));
    const share = (value: number): string => (Number.isNaN(value) ? "–" : text({ en: "{0}%", fr: "{0} %" }, formatNumber(Math.round(value * 1000) / 10)));
    const figures = document.createElement("div");
    figures.className = "figures";
    figures.append(
      figure(formatNumber(Math.round(point[0] * 1000) / 1000), text({ en: "threshold", fr: "seuil" })), figure(share(found.recall), text({ en: "of “{0}” are found", fr: "des « {0} » sont trouvés" }, classes[1])),
      figure(share(found.precision), text({ en: "of those named are right", fr: "des désignés sont justes" })), figure(share(found.accuracy), text({ en: "right answers", fr: "bonnes réponses" })),
      figure(formatNumber(Math.round(found.cost * 100) / 100), text({ en: "cost of errors for 1,000 rows", fr: "coût des erreurs pour 1 000 lignes" })));
    const table = document.createElement("table");
    table.className = "table confusion two";
    table.append(
      row("th", ["", text({ en: "said “{0}”", fr: "dit « {0} »" }, classes[0]), text({ en: "said “{0}”", fr: "dit « {0} »" }, classes[1])]),
      row("td", [text({ en: "is “{0}”", fr: "est « {0} »" }, classes[0]), whole(found.trueNegatives), whole(found.falsePositives)], ["", "right", "wrong"]),
      row("td", [text({ en: "is “{0}”", fr: "est « {0} »" }, classes[1]), whole(found.falseNegatives), whole(found.truePositives)], ["", "wrong", "right"]));
    this.#slider.setAttribute("aria-valuetext", formatNumber(point[0]));
    this.#shown.className = "stack";
    this.#shown.replaceChildren(figures, table);
  }
}

const valueOf = (input: HTMLInputElement): number => Math.max(0, Number(input.value.replace(",", ".")) || 0);

function number(value: string): HTMLInputElement {
  const input = document.createElement("input");
  Object.assign(input, { type: "text", inputMode: "decimal", className: "input small", value });
  return input;
}

function labelled(words: string, input: HTMLElement): HTMLElement {
  const label = document.createElement("label");
  label.className = "field";
  const name = document.createElement("span");
  name.className = "label-text";
  name.textContent = words;
  label.append(name, input);
  return label;
}

function figure(value: string, words: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "figure";
  const [strong, about] = [document.createElement("b"), document.createElement("span")];
  strong.textContent = value;
  about.textContent = words;
  box.append(strong, about);
  return box;
}

function row(tag: "th" | "td", cells: string[], classes: string[] = []): HTMLElement {
  const line = document.createElement("tr");
  cells.forEach((words, at) => {
    const cell = document.createElement(at === 0 ? "th" : tag);
    cell.textContent = words;
    cell.className = at > 0 ? `number ${classes[at] ?? ""}` : "";
    line.append(cell);
  });
  return line;
}

customElements.define("escale-threshold", ThresholdElement);
