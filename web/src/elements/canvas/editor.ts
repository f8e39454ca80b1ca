// Changing a dashboard: drag and resize with the pointer, arrow keys, add, duplicate, remove, undo, save. Fetched when somebody edits.
import { ApiError, base, call, callJson, explain } from "../../api";
import { text } from "../../language";
import { askConflict, copyTitle } from "../../shell/conflict";
import type { EscaleCanvas } from "../canvas";
import { button, icon, menu, part } from "./dom";
import { below, place } from "./grid";
import { History } from "./history";
import { tileForm, type Changed } from "./form";
import { dashboardForm } from "./settings";
import type { TileView } from "./tile";
import { titleOf, toSave, type Dashboard, type Place, type Tile } from "./types";

const rowHeight = 42; // as in canvas.css: a row and its gap
const steps: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Editor {
  private readonly history: History<Dashboard>;
  private readonly ending = new AbortController();
  private readonly saved: Dashboard;
  private readonly undo = button(text({ en: "Undo", fr: "Annuler" }), () => this.back(), { icon: "rotate-ccw", className: "plain", bare: true });
  private readonly redo = button(text({ en: "Redo", fr: "Rétablir" }), () => this.forth(), { icon: "rotate-ccw", className: "plain mirror", bare: true });
  private readonly keep = button(text({ en: "Save", fr: "Enregistrer" }), () => void this.save(), { icon: "save", className: "primary" });

  constructor(private readonly canvas: EscaleCanvas) {
    this.saved = canvas.dashboard!;
    this.history = new History(this.saved);
    const { signal } = this.ending;
    document.addEventListener("keydown", (event) => this.shortcut(event), { signal });
    window.addEventListener("beforeunload", (event) => this.isChanged && event.preventDefault(), { signal });
    document.addEventListener("turbo:before-visit", (event) => {
      if (this.isChanged && !confirm(text({ en: "Leave without saving the changes?", fr: "Quitter sans enregistrer les modifications ?" }))) event.preventDefault();
    }, { signal });
    this.mark();
  }

  private get isChanged(): boolean {
    return this.history.value !== this.saved;
  }

  actions(): HTMLElement[] {
    const add = menu(text({ en: "Add", fr: "Ajouter" }), [
      [text({ en: "Question", fr: "Question" }), "chart-column", () => this.add("question")],
      [text({ en: "Query in SQL", fr: "Requête SQL" }), "square-terminal", () => this.add("sql")],
      [text({ en: "Text", fr: "Texte" }), "type", () => this.add("text")],
    ], "plus");
    add.querySelector("summary")!.className = "button";
    add.querySelector("summary")!.removeAttribute("aria-label"); // its words are there
    add.querySelector("summary")!.append(text({ en: "Add a tile", fr: "Ajouter une tuile" }));
    const about = button(text({ en: "Title and filters", fr: "Titre et filtres" }), () => dashboardForm(this.history.value, (made) => this.settle(made)), { icon: "settings" });
    return [this.undo, this.redo, about, add, button(text({ en: "Cancel", fr: "Abandonner" }), () => this.cancel()), this.keep];
  }

  /** Lets a tile be taken hold of. */
  arm(view: TileView): void {
    const element = view.element;
    element.tabIndex = 0;
    element.setAttribute("aria-roledescription", text({ en: "movable tile", fr: "tuile déplaçable" }));
    const grip = part("span", "tile-grip", [icon("move")]);
    const corner = part("span", "tile-corner");
    const tools = part("div", "tile-tools", [
      button(text({ en: "Change", fr: "Changer" }), () => this.change(view.tile.id), { icon: "pencil", className: "plain small", bare: true }),
      button(text({ en: "Duplicate", fr: "Dupliquer" }), () => this.duplicate(view.tile.id), { icon: "copy", className: "plain small", bare: true }),
      button(text({ en: "Remove", fr: "Retirer" }), () => this.remove(view.tile.id), { icon: "trash-2", className: "plain small", bare: true }),
    ]);
    element.append(grip, tools, corner);
    const { signal } = this.ending;
    signal.addEventListener("abort", () => {
      for (const one of [grip, tools, corner]) one.remove();
      element.removeAttribute("tabindex");
      element.removeAttribute("aria-roledescription");
    });
    grip.addEventListener("pointerdown", (event) => this.drag(event, view, false), { signal });
    view.head.addEventListener("pointerdown", (event) => event.target instanceof Element && !event.target.closest("button, summary, .menu") && this.drag(event, view, false), { signal });
    corner.addEventListener("pointerdown", (event) => this.drag(event, view, true), { signal });
    element.addEventListener("keydown", (event) => event.target === element && this.key(event, view), { signal });
  }

  close(): void {
    this.ending.abort();
  }

  private get columns(): number {
    return this.history.value.columns ?? 24;
  }

  private commit(dashboard: Dashboard): void {
    this.history.push(dashboard);
    this.canvas.show(dashboard);
    this.mark();
  }

  // Title, width, filters: the head and the tiles' places follow; rows stay as they are until they are saved.
  private settle(dashboard: Dashboard): void {
    this.commit(dashboard);
    this.canvas.drawHead();
  }

  private mark(): void {
    this.undo.disabled = !this.history.canUndo;
    this.redo.disabled = !this.history.canRedo;
    this.keep.disabled = !this.isChanged;
  }

  private placed(places: Map<string, Place>): Dashboard {
    const same = (a: Place, b: Place): boolean => a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
    const now = this.history.value;
    return { ...now, tiles: now.tiles.map((tile) => (same(tile.at, places.get(tile.id) ?? tile.at) ? tile : { ...tile, at: places.get(tile.id)! })) };
  }

  private drag(start: PointerEvent, view: TileView, sizes: boolean): void {
    if (start.button !== 0) return;
    start.preventDefault();
    const from = view.tile.at;
    const column = this.canvas.grid.clientWidth / this.columns;
    let next = this.history.value;
    const stop = new AbortController();
    view.element.classList.add("held");
    const move = (event: PointerEvent): void => {
      const [dx, dy] = [Math.round((event.clientX - start.clientX) / column), Math.round((event.clientY - start.clientY) / rowHeight)];
      const wanted = sizes ? { ...from, w: Math.min(from.w + dx, this.columns - from.x), h: from.h + dy } : { ...from, x: from.x + dx, y: from.y + dy };
      next = this.placed(place(this.history.value.tiles, view.tile.id, wanted, this.columns));
      this.canvas.show(next);
    };
    const end = (keeps: boolean): void => {
      stop.abort();
      view.element.classList.remove("held");
      const isMoved = next.tiles.some((tile, at) => tile !== this.history.value.tiles[at]);
      if (keeps && isMoved) this.commit(next);
      else this.canvas.show(this.history.value);
    };
    const { signal } = stop;
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", () => end(true), { signal });
    addEventListener("pointercancel", () => end(false), { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && end(false), { signal });
  }

  private key(event: KeyboardEvent, view: TileView): void {
    const step = steps[event.key];
    if (step && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      const at = view.tile.at;
      const wanted = event.shiftKey ? { ...at, w: Math.min(at.w + step[0], this.columns - at.x), h: at.h + step[1] } : { ...at, x: at.x + step[0], y: at.y + step[1] };
      // Things fall upward: one step down means past the neighbour below.
      if (!event.shiftKey && event.key === "ArrowDown") wanted.y = at.y + this.heightBelow(view.tile);
      this.commit(this.placed(place(this.history.value.tiles, view.tile.id, wanted, this.columns)));
      const now = view.tile.at;
      this.canvas.say(text({ en: "{0}: column {1}, row {2}, {3} wide, {4} high", fr: "{0} : colonne {1}, rang {2}, largeur {3}, hauteur {4}" }, titleOf(view.tile), now.x + 1, now.y + 1, now.w, now.h));
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.change(view.tile.id);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(view.tile.id);
    }
  }

  private heightBelow({ id, at }: Tile): number {
    const under = this.history.value.tiles.filter((tile) => tile.id !== id && tile.at.y >= at.y + at.h && tile.at.x < at.x + at.w && at.x < tile.at.x + tile.at.w);
    const first = under.sort((a, b) => a.at.y - b.at.y)[0];
    return first ? first.at.h : 1;
  }

  private shortcut(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || (event.target instanceof Element && event.target.closest("input, textarea, dialog"))) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.back();
    else if (key === "y" || (key === "z" && event.shiftKey)) this.forth();
    else if (key === "s") void this.save();
    else return;
    event.preventDefault();
  }

  private back(): void {
    this.again(this.history.undo(), text({ en: "Undone", fr: "Annulé" }));
  }

  private forth(): void {
    this.again(this.history.redo(), text({ en: "Done again", fr: "Rétabli" }));
  }

  private again(dashboard: Dashboard, words: string): void {
    this.canvas.show(dashboard);
    this.canvas.drawHead();
    this.mark();
    for (const tile of dashboard.tiles) void this.fill(tile);
    this.canvas.say(words);
  }

  private freeId(stem: string): string {
    const ids = new Set(this.history.value.tiles.map((tile) => tile.id));
    for (let number = 1; ; number++) {
      const id = number === 1 ? stem : `${stem}-${number}`;
      if (!ids.has(id)) return id;
    }
  }

  private add(kind: "question" | "sql" | "text"): void {
    const id = this.freeId(kind);
    const at = below(this.history.value.tiles, Math.min(12, this.columns), kind === "text" ? 3 : 7);
    const tile: Tile = kind === "text" ? { id, text: "", at } : kind === "sql" ? { id, title: "", sql: "", at } : { id, question: "", at };
    tileForm(tile, this.history.value.filters ?? [], undefined, (made) => this.finish(made, true));
  }

  private change(id: string): void {
    const tile = this.history.value.tiles.find((one) => one.id === id);
    if (tile) tileForm(tile, this.history.value.filters ?? [], this.canvas.view(id)?.data, (made) => this.finish(made, false));
  }

  private finish({ tile, filters }: Changed, isNew: boolean): void {
    const now = filters ? { ...this.history.value, filters } : this.history.value;
    this.commit({ ...now, tiles: isNew ? [...now.tiles, tile] : now.tiles.map((one) => (one.id === tile.id ? tile : one)) });
    void this.fill(tile);
    this.canvas.view(tile.id)?.element.focus();
  }

  private duplicate(id: string): void {
    const now = this.history.value;
    const tile = now.tiles.find((one) => one.id === id);
    if (!tile) return;
    const copy = { ...tile, id: this.freeId(tile.id.replace(/-\d+$/, "")), at: below(now.tiles, tile.at.w, tile.at.h) };
    this.finish({ tile: copy }, true);
    this.canvas.view(copy.id)?.element.scrollIntoView({ block: "nearest" });
    this.canvas.say(text({ en: "Duplicated below", fr: "Copiée en dessous" }));
  }

  private remove(id: string): void {
    const now = this.history.value;
    const rest = { ...now, tiles: now.tiles.filter((tile) => tile.id !== id) };
    this.commit(rest);
    this.canvas.say(text({ en: "Removed. Ctrl+Z brings it back.", fr: "Retirée. Ctrl+Z la ramène." }));
  }

  // What the file does not hold yet is asked for by its own query.
  private async fill(tile: Tile): Promise<void> {
    const view = this.canvas.view(tile.id);
    const kept = this.saved.tiles.find((one) => one.id === tile.id);
    if (!view || tile.text !== undefined) return;
    if (kept && kept.sql === tile.sql && kept.question === tile.question) return view.load(this.canvas.query(tile.id));
    try {
      if (tile.sql) {
        const answer = await callJson<{ results: Parameters<TileView["draw"]>[0][] }>("/api/v1/sql", { method: "POST", body: JSON.stringify({ sql: tile.sql }) });
        if (answer.results[0]) view.draw(answer.results[0]);
      } else if (tile.question) {
        view.draw(await callJson<Parameters<TileView["draw"]>[0]>(`/api/v1/questions/${encodeURIComponent(tile.question)}/result`));
      }
    } catch (error) {
      this.complain(error);
    }
  }

  private cancel(): void {
    if (this.isChanged && !confirm(text({ en: "Give up the changes?", fr: "Abandonner les modifications ?" }))) return;
    this.canvas.show(this.saved);
    this.canvas.leave();
    this.canvas.load(true);
  }

  private async save(): Promise<void> {
    if (!this.isChanged) return;
    this.keep.disabled = true;
    try {
      const answer = await call(this.canvas.api, { method: "PUT", headers: { "If-Match": this.canvas.tag }, body: JSON.stringify(toSave(this.history.value)) });
      this.canvas.tag = answer.headers.get("ETag") ?? "";
      this.canvas.show((await answer.json()) as Dashboard);
      this.canvas.leave();
      this.canvas.load(true);
      this.canvas.say(text({ en: "Saved", fr: "Enregistré" }));
    } catch (error) {
      this.keep.disabled = false;
      if (error instanceof ApiError && error.status === 412) await this.choose(error.message);
      else this.complain(error);
    }
  }

  // Somebody else saved first.
  private async choose(message: string): Promise<void> {
    const chosen = await askConflict(message);
    try {
      if (chosen === "copy") {
        const mine = toSave({ ...this.history.value, title: copyTitle(this.history.value.title) });
        const made = await callJson<{ id: string }>("/api/v1/dashboards", { method: "POST", body: JSON.stringify(mine) });
        this.canvas.leave();
        window.Turbo?.visit(`${base}/dashboards/${made.id}`);
      } else if (chosen === "theirs") {
        this.canvas.leave();
        await this.canvas.reload();
      }
    } catch (error) {
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    const notice = part("p", "notice bad canvas-notice", explain(error));
    notice.setAttribute("role", "alert");
    this.canvas.querySelector(".canvas-notice")?.remove();
    this.canvas.querySelector(".canvas-head")?.after(notice);
    setTimeout(() => notice.remove(), 12_000);
  }
}
