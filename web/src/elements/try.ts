// <escale-try>: a form made from the fields that a model reads. Each change asks the model again and shows what it says, and why when there is an address
// to ask; what a field cannot take is said beside it.
import { ApiError, base, call, explain } from "../api";
import { formatNumber, text } from "../language";
import { stepOf, valueOf, type Field } from "./try-row";

type Given = { predict: string; explain: string | null; fields: Field[]; row: Record<string, unknown> };
type Prediction = { prediction: number | string; probabilities?: Record<string, number>; version: number };
type Explanation = { base: number; isExact?: boolean; class: string | null; effects: { column: string; value: number }[] };

const pause = 120; // ms without a change before the model is asked
const mostEffects = 10;

class TryElement extends HTMLElement {
  #given: Given | undefined;
  #soon = 0;
  #asked: AbortController | undefined;
  #answer!: HTMLElement;

  connectedCallback(): void {
    const script = this.querySelector("script");
    if (script) this.#given = JSON.parse(script.textContent ?? "{}") as Given;
    if (!this.#given) return;
    const form = document.createElement("form");
    form.className = "try-fields";
    form.addEventListener("submit", (event) => event.preventDefault());
    form.append(...this.#given.fields.map((field) => this.#field(field)));
    this.#answer = document.createElement("div");
    this.#answer.className = "try-answer stack";
    this.#answer.setAttribute("aria-live", "polite");
    this.replaceChildren(form, this.#answer);
    void this.#ask();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#soon);
    this.#asked?.abort();
  }

  #field(field: Field): HTMLElement {
    const given = this.#given!.row[field.name];
    const box = document.createElement("div");
    box.className = "field";
    box.dataset["field"] = field.name;
    const label = document.createElement("label");
    label.textContent = field.name;
    const input = inputOf(field, given === null || given === undefined ? "" : String(given));
    input.id = `try-${field.name}`;
    input.dataset["value"] = "";
    label.htmlFor = input.id;
    input.addEventListener("input", () => this.#askSoon());
    box.append(label, input);
    if (field.type === "number" && field.least !== null && field.most !== null && field.most > field.least) box.append(this.#slider(field, input as HTMLInputElement));
    return box;
  }

  #slider(field: Field, input: HTMLInputElement): HTMLElement {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: String(field.least), max: String(field.most), step: String(stepOf(field.least!, field.most!)), value: input.value.replace(",", ".") });
    slider.setAttribute("aria-label", field.name);
    slider.addEventListener("input", () => {
      input.value = slider.value;
      this.#askSoon();
    });
    input.addEventListener("input", () => (slider.value = input.value.replace(",", ".")));
    return slider;
  }

  #askSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = window.setTimeout(() => void this.#ask(), pause);
  }

  async #ask(): Promise<void> {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const row = Object.fromEntries(this.#given!.fields.map((field) => [field.name, valueOf(field, this.#input(field.name)?.value ?? "")]));
    for (const error of this.querySelectorAll(".field .error")) error.remove();
    for (const input of this.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    try {
      const options = { method: "POST", body: JSON.stringify(row), signal: asked.signal };
      const answer = await fetch(base + this.#given!.predict, { ...options, headers: headers(), credentials: "same-origin" });
      if (answer.status === 422) return this.#say((await answer.json()) as { errors?: { field: string; message: string }[]; title?: string });
      if (!answer.ok) throw new ApiError(answer.status, "", answer.statusText);
      const prediction = (await answer.json()) as Prediction;
      const why = this.#given!.explain ? ((await (await call(this.#given!.explain, options)).json()) as Explanation) : undefined;
      if (!asked.signal.aborted) this.#show(prediction, why);
    } catch (error) {
      if (!asked.signal.aborted) this.#answer.replaceChildren(part("p", "error-words lines", explain(error)));
    }
  }

  #input(name: string): HTMLInputElement | undefined {
    return [...this.querySelectorAll<HTMLInputElement>("[data-value]")].find((input) => input.id === `try-${name}`);
  }

  #say(problem: { errors?: { field: string; message: string }[]; title?: string }): void {
    for (const error of problem.errors ?? []) {
      const input = this.#input(error.field);
      input?.setAttribute("aria-invalid", "true");
      input?.closest(".field")?.append(part("span", "error", error.message));
    }
    this.#answer.replaceChildren(part("p", "quiet", text({ en: "A field cannot be used.", fr: "Un champ n’est pas utilisable." })));
  }

  #show(prediction: Prediction, why: Explanation | undefined): void {
    const value = typeof prediction.prediction === "number" ? formatNumber(Math.abs(prediction.prediction) >= 1000 ? Math.round(prediction.prediction) : Number(prediction.prediction.toPrecision(4))) : prediction.prediction;
    const said = part("div", "try-said", "");
    said.append(part("span", "quiet", text({ en: "The model says", fr: "Le modèle dit" })), part("b", "", value));
    const parts: HTMLElement[] = [said];
    if (prediction.probabilities) {
      const bars = Object.entries(prediction.probabilities).sort((one, other) => other[1] - one[1]).slice(0, 8);
      parts.push(barsOf(bars.map(([name, share]) => ({ name, share, written: text({ en: "{0}%", fr: "{0} %" }, formatNumber(Math.round(share * 1000) / 10)), tone: "" }))));
    }
    if (why) {
      const effects = why.effects.slice(0, mostEffects);
      const most = Math.max(1e-12, ...effects.map((effect) => Math.abs(effect.value)));
      parts.push(part("h3", "", why.class === null ? text({ en: "Why", fr: "Pourquoi" }) : text({ en: "Why: for or against “{0}”", fr: "Pourquoi : pour ou contre « {0} »" }, why.class)));
      parts.push(barsOf(effects.map((effect) => ({ name: effect.column, share: Math.abs(effect.value) / most, written: (effect.value > 0 ? "+" : "") + formatNumber(Number(effect.value.toPrecision(3))), tone: effect.value > 0 ? "up" : "down" }))));
    }
    this.#answer.replaceChildren(...parts);
  }
}

function headers(): Headers {
  const token = document.querySelector<HTMLMetaElement>('meta[name="escale-antiforgery"]')?.content;
  return new Headers({ "Content-Type": "application/json", Accept: "application/json", ...(token ? { "X-Escale-Antiforgery": token } : {}) });
}

function inputOf(field: Field, value: string): HTMLInputElement | HTMLSelectElement {
  if (field.type === "boolean" || (field.type === "category" && field.choices.length > 0 && field.choices.length <= 50)) {
    const select = document.createElement("select");
    select.className = "select small";
    const choices = field.type === "boolean" ? [["true", text({ en: "yes", fr: "oui" })], ["false", text({ en: "no", fr: "non" })]] : field.choices.map((choice) => [choice, choice]);
    for (const [choice, words] of [["", text({ en: "not known", fr: "inconnu" })], ...choices]) select.add(new Option(words, choice, false, choice?.toLowerCase() === (field.type === "boolean" ? value.toLowerCase() : value.toLowerCase()) && choice !== ""));
    return select;
  }
  const input = document.createElement("input");
  input.className = "input small";
  input.type = field.type === "timestamp" ? "datetime-local" : "text";
  if (field.type === "timestamp") input.step = "1";
  if (field.type === "number") input.inputMode = "decimal";
  input.value = field.type === "timestamp" ? value.slice(0, 19) : value;
  return input;
}

function barsOf(bars: { name: string; share: number; written: string; tone: string }[]): HTMLElement {
  const list = part("div", "bars", "");
  for (const bar of bars) {
    const meter = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    meter.setAttribute("class", `meter ${bar.tone}`);
    meter.setAttribute("viewBox", "0 0 100 6");
    meter.setAttribute("preserveAspectRatio", "none");
    meter.setAttribute("aria-hidden", "true");
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("width", String(100 * Math.min(1, bar.share)));
    rect.setAttribute("height", "6");
    meter.append(rect);
    list.append(part("span", "clip", bar.name), meter, part("span", "number", bar.written));
  }
  return list;
}

function part(tag: string, className: string, words: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = words;
  return element;
}

customElements.define("escale-try", TryElement);
