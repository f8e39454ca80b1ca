// <escale-lineage table="gold.x">: where a table comes from and where it goes, to the column. Drag to move, wheel or + and - to zoom, 0 to see all;
// a click on a box shows its columns, a click on a column follows it through all tables.
import { visit } from "@hotwired/turbo";
import { base, callJson, explain } from "../api";
import { text, type Words } from "../language";
import { type Box, boxWidth, type Graph, headHeight, key, layout, lineHeight, type Node, trace } from "./lineage-layout";

const kinds: Record<string, Words> = {
  source: { en: "source", fr: "source" },
  seed: { en: "file", fr: "fichier" },
  model: { en: "transformation", fr: "transformation" },
  question: { en: "question", fr: "question" },
  dashboard: { en: "dashboard", fr: "tableau de bord" },
  warehouse: { en: "warehouse", fr: "entrepôt" },
};

const mostOpen = 14;

class LineageElement extends HTMLElement {
  #graph?: Graph;
  #open = new Set<string>();
  #traced = new Set<string>();
  #chosen = "";
  #svg!: SVGSVGElement;
  #world!: SVGGElement;
  #view = { x: 0, y: 0, scale: 1 };
  #ended = new AbortController();

  connectedCallback(): void {
    this.#ended = new AbortController();
    this.innerHTML = `<svg class="lineage-view" role="group" tabindex="0"><g></g></svg><div class="lineage-tools" role="toolbar"></div><p class="lineage-hint quiet"></p>`;
    this.#svg = this.querySelector("svg")!;
    this.#world = this.querySelector("g")!;
    this.#svg.setAttribute("aria-label", text({ en: "Lineage of {0}", fr: "Lignage de {0}" }, this.getAttribute("table") ?? ""));
    this.querySelector(".lineage-hint")!.textContent = text({ en: "Click a table for its columns, a column to follow it; double-click opens what it is on.", fr: "Cliquez une table pour ses colonnes, une colonne pour la suivre ; un double-clic ouvre." });
    const tool = (sign: string, label: string, act: () => void): void => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small square", textContent: sign, title: label });
      button.setAttribute("aria-label", label);
      button.addEventListener("click", act);
      this.querySelector(".lineage-tools")!.append(button);
    };
    tool("+", text({ en: "Larger", fr: "Agrandir" }), () => this.#zoom(1.25));
    tool("−", text({ en: "Smaller", fr: "Réduire" }), () => this.#zoom(0.8));
    tool("⤢", text({ en: "Show all", fr: "Tout voir" }), () => this.#fit());
    this.#listen();
    void this.#load();
  }

  disconnectedCallback(): void {
    this.#ended.abort();
    this.replaceChildren();
  }

  async #load(): Promise<void> {
    try {
      this.#graph = await callJson<Graph>(`/api/v1/tables/${encodeURIComponent(this.getAttribute("table") ?? "")}/lineage`, { signal: this.#ended.signal });
      const column = new URLSearchParams(location.search).get("column");
      // A wide table would make everything else too small to read: its columns come with a click.
      const center = this.#graph.nodes.find((node) => node.id === this.#graph!.center);
      if (column || (center?.columns.length ?? 0) <= mostOpen) this.#open.add(this.#graph.center);
      this.#draw();
      if (column) this.#follow(this.#graph.center, column);
      this.#fit();
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      const notice = Object.assign(document.createElement("p"), { className: "lineage-error", textContent: explain(error) });
      this.replaceChildren(notice);
    }
  }

  #listen(): void {
    const options = { signal: this.#ended.signal };
    this.#svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = this.#svg.getBoundingClientRect();
      this.#zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
    }, { ...options, passive: false });
    this.#svg.addEventListener("pointerdown", (event) => {
      if ((event.target as Element).closest(".lineage-box")) return;
      const [x, y, view] = [event.clientX, event.clientY, { ...this.#view }];
      const move = (moved: PointerEvent): void => {
        this.#view = { ...view, x: view.x + moved.clientX - x, y: view.y + moved.clientY - y };
        this.#place();
      };
      this.#svg.setPointerCapture(event.pointerId);
      this.#svg.addEventListener("pointermove", move);
      this.#svg.addEventListener("pointerup", () => this.#svg.removeEventListener("pointermove", move), { once: true });
    }, options);
    this.#svg.addEventListener("keydown", (event) => {
      const step = 60;
      const by: Record<string, [number, number]> = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
      if (event.key === "+" || event.key === "=") this.#zoom(1.25);
      else if (event.key === "-") this.#zoom(0.8);
      else if (event.key === "0") this.#fit();
      else if (by[event.key]) {
        this.#view.x += by[event.key]![0];
        this.#view.y += by[event.key]![1];
        this.#place();
      } else return;
      event.preventDefault();
    }, options);
  }

  #zoom(factor: number, x = this.#svg.clientWidth / 2, y = this.#svg.clientHeight / 2): void {
    const scale = Math.min(2.5, Math.max(0.15, this.#view.scale * factor));
    const ratio = scale / this.#view.scale;
    this.#view = { scale, x: x - (x - this.#view.x) * ratio, y: y - (y - this.#view.y) * ratio };
    this.#place();
  }

  #fit(): void {
    if (!this.#graph) return;
    const boxes = [...layout(this.#graph, this.#open).values()];
    const [left, top] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
    const [width, height] = [Math.max(...boxes.map((box) => box.x)) + boxWidth - left, Math.max(...boxes.map((box) => box.y + box.height)) - top];
    const [w, h] = [this.#svg.clientWidth, this.#svg.clientHeight];
    const scale = Math.min(1, Math.max(w < 600 ? 0.75 : 0.45, Math.min((w - 48) / width, (h - 88) / height)));
    this.#view = { scale, x: (w - width * scale) / 2 - left * scale, y: (h - height * scale) / 2 - top * scale };
    const center = boxes.find((box) => box.node.id === this.#graph!.center);
    // What does not fit: the table itself stays in the middle.
    if (center && width * scale > w) this.#view.x = w / 2 - (center.x + boxWidth / 2) * scale;
    if (center && height * scale > h) this.#view.y = h / 2 - (center.y + center.height / 2) * scale;
    this.#place();
  }

  #place(): void {
    this.#world.setAttribute("transform", `translate(${this.#view.x} ${this.#view.y}) scale(${this.#view.scale})`);
  }

  #toggle(id: string): void {
    if (!this.#open.delete(id)) this.#open.add(id);
    this.#draw();
    this.querySelector<SVGElement>(`[data-node="${CSS.escape(id)}"]`)?.focus();
  }

  #follow(id: string, column: string): void {
    const chosen = key(id, column);
    this.#chosen = this.#chosen === chosen ? "" : chosen;
    this.#traced = this.#chosen ? trace(this.#graph!, id, column) : new Set();
    for (const traced of this.#traced) this.#open.add(traced.split("\u0000")[0]!);
    this.#draw();
    this.querySelector<SVGElement>(`[data-column="${CSS.escape(chosen)}"]`)?.focus();
  }

  #draw(): void {
    const graph = this.#graph!;
    const boxes = layout(graph, this.#open);
    const lines = graph.edges.map((edge) => this.#line(boxes.get(edge.from)!, boxes.get(edge.to)!, headHeight / 2, headHeight / 2, this.#chosen ? "faint" : ""));
    const traced = graph.column_edges.filter((edge) => this.#traced.has(key(edge.from, edge.from_column)) && this.#traced.has(key(edge.to, edge.to_column)))
      .map((edge) => this.#line(boxes.get(edge.from)!, boxes.get(edge.to)!, this.#middle(boxes.get(edge.from)!.node, edge.from_column), this.#middle(boxes.get(edge.to)!.node, edge.to_column), "traced"));
    this.#world.replaceChildren(...lines, ...[...boxes.values()].map((box) => this.#box(box)), ...traced);
  }

  #middle(node: Node, column: string): number {
    const at = node.columns.findIndex((one) => one.toLowerCase() === column.toLowerCase());
    return this.#open.has(node.id) && at >= 0 ? headHeight + at * lineHeight + lineHeight / 2 + 2 : headHeight / 2;
  }

  #line(from: Box, to: Box, fromY: number, toY: number, state: string): SVGElement {
    const [x1, y1, x2, y2] = [from.x + boxWidth, from.y + fromY, to.x, to.y + toY];
    const bend = Math.max(40, (x2 - x1) / 2);
    return make("path", { class: `lineage-line ${state}`, d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
  }

  #box(box: Box): SVGElement {
    const { node } = box;
    const isOpen = this.#open.has(node.id);
    const group = make("g", { class: `lineage-box ${node.kind}${node.id === this.#graph!.center ? " center" : ""}`, transform: `translate(${box.x} ${box.y})` });
    const head = make("g", { class: "lineage-head", role: "button", tabindex: "0", "aria-expanded": String(isOpen), "data-node": node.id });
    const title = make("title", {});
    title.textContent = `${node.name}, ${text(kinds[node.kind] ?? { en: node.kind, fr: node.kind })}`;
    head.append(title, make("rect", { class: "lineage-frame", width: String(boxWidth), height: String(box.height), rx: "7" }), make("rect", { class: "lineage-mark", width: "4", height: String(headHeight - 14), x: "8", y: "7", rx: "2" }));
    head.append(label(node.name, 20, 16, "lineage-name", 27), label(text(kinds[node.kind] ?? { en: node.kind, fr: node.kind }), 20, 28, "lineage-kind", 40));
    const act = (): void => this.#toggle(node.id);
    head.addEventListener("click", act);
    head.addEventListener("keydown", (event) => press(event, act));
    if (node.href) head.addEventListener("dblclick", () => visit(base + node.href + (node.href!.startsWith("/tables/") ? "/lineage" : "")));
    group.append(head);
    if (isOpen) group.append(...node.columns.map((column, at) => this.#column(node, column, at)));
    return group;
  }

  #column(node: Node, column: string, at: number): SVGElement {
    const name = key(node.id, column);
    const line = make("g", { class: `lineage-column${name === this.#chosen ? " chosen" : this.#traced.has(name) ? " traced" : ""}`, role: "button", tabindex: "0", "data-column": name, "aria-pressed": String(name === this.#chosen), transform: `translate(0 ${headHeight + at * lineHeight + 2})` });
    line.append(make("rect", { width: String(boxWidth - 8), height: String(lineHeight), x: "4", rx: "4" }), label(column, 20, 14, "", 30));
    const act = (): void => this.#follow(node.id, column);
    line.addEventListener("click", act);
    line.addEventListener("keydown", (event) => press(event, act));
    return line;
  }
}

function press(event: KeyboardEvent, act: () => void): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function label(words: string, x: number, y: number, name: string, most: number): SVGElement {
  const element = make("text", { x: String(x), y: String(y), class: name });
  element.textContent = words.length > most ? `${words.slice(0, most - 1)}…` : words;
  return element;
}

function make(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

customElements.define("escale-lineage", LineageElement);
