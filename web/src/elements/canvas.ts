// <escale-canvas api="/api/v1/dashboards/ID" editable>: a dashboard. Its tiles are asked for side by side; filters and picks are in the address.
// With editable it can be changed: canvas/editor.ts follows when it is. Behind a share link api is /api/v1/share/TOKEN.
import { call, explain } from "../api";
import { text } from "../language";
import type { Picked } from "./chart/types";
import { button, part } from "./canvas/dom";
import { FilterBar } from "./canvas/filters";
import { inOrder } from "./canvas/grid";
import { askedWith, readState, togglePick, valueOf, writeState, type State } from "./canvas/state";
import { TileView, type TileHost } from "./canvas/tile";
import { refreshSeconds, type Dashboard, type Filter, type Place, type Tile } from "./canvas/types";
import type { Editor } from "./canvas/editor";

export class EscaleCanvas extends HTMLElement implements TileHost {
  dashboard: Dashboard | undefined;
  tag = "";
  readonly grid = part("div", "canvas-grid");
  private state: State = { filters: new Map(), picks: [] };
  private readonly head = part("div", "canvas-head page-head");
  private readonly live = part("p", "hide");
  private readonly tiles = new Map<string, TileView>();
  private bar: FilterBar | undefined;
  private editor: Editor | undefined;
  private ending: AbortController | undefined;
  private timer = 0;

  get api(): string {
    return this.getAttribute("api") ?? "";
  }

  get canEdit(): boolean {
    return this.hasAttribute("editable");
  }

  connectedCallback(): void {
    this.ending = new AbortController();
    const { signal } = this.ending;
    this.live.setAttribute("role", "status");
    this.bar = new FilterBar(this.api, (id, values) => this.filter(id, values), (column) => this.unpick(column), () => (this.editor ? this.dashboard : undefined));
    window.addEventListener("popstate", () => this.dashboard && this.follow(), { signal });
    document.addEventListener("visibilitychange", () => this.tick(), { signal });
    void this.start();
  }

  disconnectedCallback(): void {
    this.ending?.abort();
    clearInterval(this.timer);
    this.editor?.close();
    for (const tile of this.tiles.values()) tile.close();
    this.tiles.clear();
    this.dashboard = undefined;
  }

  filtersSet(): Filter[] {
    return (this.dashboard?.filters ?? []).filter((filter) => valueOf(this.state, filter).length > 0);
  }

  pick(tile: string, picked: Picked): void {
    this.set(togglePick(this.state, tile, picked.filters));
  }

  /** Says something to who cannot see it. */
  say(words: string): void {
    this.live.textContent = words;
  }

  view(id: string): TileView | undefined {
    return this.tiles.get(id);
  }

  /** Shows these values: of the file, or as they are being changed. */
  show(dashboard: Dashboard): void {
    this.dashboard = dashboard;
    this.grid.style.setProperty("--columns", String(dashboard.columns ?? 24));
    const ids = new Set(dashboard.tiles.map((tile) => tile.id));
    for (const [id, tile] of this.tiles) {
      if (!ids.has(id)) {
        tile.close();
        this.tiles.delete(id);
      }
    }
    // In reading order, so that the keyboard and the phone go the way the eye does. What is moved in the page loses the focus, and gets it back.
    const focused = document.activeElement;
    inOrder(dashboard.tiles).forEach((tile, at) => {
      const view = this.tiles.get(tile.id) ?? this.add(tile);
      if (view.tile !== tile) view.show(tile);
      this.stand(view, tile.at);
      if (this.grid.children[at] !== view.element) this.grid.insertBefore(view.element, this.grid.children[at] ?? null);
    });
    if (focused instanceof HTMLElement && focused !== document.activeElement && this.grid.contains(focused)) focused.focus();
    this.bar?.show(dashboard.filters ?? [], this.state);
  }

  stand(view: TileView, at: Place): void {
    view.element.style.gridColumn = `${at.x + 1} / span ${at.w}`;
    view.element.style.gridRow = `${at.y + 1} / span ${at.h}`;
    view.element.style.setProperty("--h", String(at.h));
  }

  /** Asks for the rows of every tile, all at once. */
  load(again = false): void {
    for (const [id, tile] of this.tiles) void tile.load(askedWith(this.state, id), again);
  }

  query(tile: string): URLSearchParams {
    return askedWith(this.state, tile);
  }

  drawHead(): void {
    const { title, description } = this.dashboard ?? { title: this.title, description: "" };
    const words = part("div", "grow", [part("h1", "", title)]);
    if (description) words.append(part("div", "about", description));
    const actions = part("div", "page-actions");
    if (this.editor) actions.append(...this.editor.actions());
    else {
      const again = refreshSeconds(this.dashboard?.refresh);
      const words = again ? text({ en: "Refresh (by itself every {0} s)", fr: "Actualiser (de soi-même toutes les {0} s)" }, again) : text({ en: "Refresh", fr: "Actualiser" });
      actions.append(
        button(words, () => this.load(true), { icon: "refresh-cw", className: "plain", bare: true }),
        button(text({ en: "Full screen", fr: "Plein écran" }), () => void this.requestFullscreen(), { icon: "maximize", className: "plain", bare: true }));
      if (this.getAttribute("dashboard")) actions.append(this.code());
      if (this.canEdit) {
        actions.append(
          button(text({ en: "Share", fr: "Partager" }), () => void this.share(), { icon: "share-2" }),
          button(text({ en: "Edit", fr: "Modifier" }), () => void this.edit(), { icon: "pencil", className: "primary" }));
      }
    }
    this.head.replaceChildren(words, actions);
  }

  /** Leaves the edit mode, showing what is kept. */
  leave(): void {
    this.editor?.close();
    this.editor = undefined;
    this.toggleAttribute("editing", false);
    this.drawHead();
    const query = new URLSearchParams(location.search);
    query.delete("edit");
    history.replaceState(history.state, "", address(query));
  }

  /** Loads the dashboard anew. */
  async reload(): Promise<void> {
    await this.start();
  }

  private async start(): Promise<void> {
    try {
      const answer = await call(this.api, { signal: this.ending!.signal });
      this.tag = answer.headers.get("ETag") ?? "";
      const dashboard = (await answer.json()) as Dashboard;
      if (!this.isConnected) return;
      this.dashboard = dashboard;
      this.state = readState(new URLSearchParams(location.search), dashboard.filters ?? []);
      this.drawHead();
      this.replaceChildren(this.head, this.bar!.element, this.grid, this.live);
      this.show(dashboard);
      this.load();
      this.tick();
      if (this.canEdit && new URLSearchParams(location.search).has("edit")) await this.edit();
      else if (dashboard.tiles.length === 0) this.empty();
    } catch (error) {
      if (this.ending?.signal.aborted) return;
      const notice = part("p", "notice bad", explain(error));
      notice.setAttribute("role", "alert");
      this.replaceChildren(notice);
    }
  }

  private add(tile: Tile): TileView {
    const view = new TileView(tile, this);
    this.tiles.set(tile.id, view);
    this.editor?.arm(view);
    return view;
  }

  private empty(): void {
    const box = part("div", "empty", [part("h2", "", text({ en: "Nothing on this dashboard yet", fr: "Rien sur ce tableau de bord pour l'instant" })), part("p", "", text({ en: "Add a question, a query or a text, and put them where they read best.", fr: "Ajoutez une question, une requête ou un texte, et placez-les là où ils se lisent le mieux." }))]);
    if (this.canEdit) box.append(button(text({ en: "Edit", fr: "Modifier" }), () => void this.edit(), { icon: "pencil", className: "primary" }));
    this.grid.replaceChildren(box);
  }

  private async edit(): Promise<void> {
    const { Editor } = await import("./canvas/editor");
    if (!this.dashboard || this.editor || !this.isConnected) return;
    this.grid.querySelector(".empty")?.remove();
    this.editor = new Editor(this);
    this.toggleAttribute("editing", true);
    for (const tile of this.tiles.values()) this.editor.arm(tile);
    this.drawHead();
    this.say(text({ en: "Editing. Arrow keys move a tile, with Shift they resize it.", fr: "Modification. Les flèches déplacent une tuile, avec Maj elles la redimensionnent." }));
  }

  private async share(): Promise<void> {
    const { shareDialog } = await import("./canvas/share");
    await shareDialog(this.api);
  }

  private code(): HTMLElement {
    const words = text({ en: "As code", fr: "En code" });
    return button(words, async () => {
      const { codeDialog } = await import("./canvas/share");
      await codeDialog(this.api, this.getAttribute("dashboard") ?? "");
    }, { icon: "code", className: "plain", bare: true });
  }

  private filter(id: string, values: string[]): void {
    if (id === "") {
      this.set({ filters: new Map((this.dashboard?.filters ?? []).map((filter) => [filter.id, [] as string[]])), picks: [] });
      return;
    }
    this.set({ ...this.state, filters: new Map(this.state.filters).set(id, values) });
  }

  private unpick(column: string): void {
    this.set({ ...this.state, picks: this.state.picks.filter((pick) => pick.column !== column) });
  }

  private set(state: State): void {
    this.state = state;
    history.pushState(history.state, "", address(writeState(state, this.dashboard?.filters ?? [], new URLSearchParams(location.search))));
    this.bar?.show(this.dashboard?.filters ?? [], state);
    this.load();
    this.say(text({ en: "Filters applied", fr: "Filtres appliqués" }));
  }

  private follow(): void {
    this.state = readState(new URLSearchParams(location.search), this.dashboard?.filters ?? []);
    this.bar?.show(this.dashboard?.filters ?? [], this.state);
    this.load();
  }

  private tick(): void {
    clearInterval(this.timer);
    const seconds = refreshSeconds(this.dashboard?.refresh);
    if (seconds > 0 && document.visibilityState === "visible") this.timer = window.setInterval(() => !this.editor && this.load(true), seconds * 1000);
  }
}

const address = (query: URLSearchParams): string => location.pathname + (query.size > 0 ? `?${query}` : "");


customElements.define("escale-canvas", EscaleCanvas);
