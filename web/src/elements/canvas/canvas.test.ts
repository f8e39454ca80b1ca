import { describe, expect, it } from "vitest";
import { bind, boundTo, difference, freeId, othersOf, widened, withMaps } from "./changes";
import { below, inOrder, place, settle } from "./grid";
import { History } from "./history";
import { askedWith, readState, togglePick, writeState } from "./state";
import { refreshSeconds, toSave, type Filter } from "./types";

const at = (id: string, x: number, y: number, w = 6, h = 4): { id: string; at: { x: number; y: number; w: number; h: number } } => ({ id, at: { x, y, w, h } });

describe("the grid", () => {
  it("lets nothing float and nothing overlap", () => {
    const places = settle([at("a", 0, 3), at("b", 0, 3), at("c", 6, 9)]);
    expect([...places.values()].map((one) => [one.x, one.y])).toEqual([[0, 0], [0, 4], [6, 0]]);
  });

  it("keeps a tile within the width and larger than nothing", () => {
    expect(place([at("a", 0, 0)], "a", { x: 30, y: -2, w: 40, h: 0 }, 24).get("a")).toEqual({ x: 0, y: 0, w: 24, h: 2 });
  });

  it("moves the others out of the way", () => {
    const places = place([at("a", 0, 0), at("b", 6, 0)], "a", { x: 6, y: 0, w: 6, h: 4 }, 24);
    expect(places.get("a")).toEqual({ x: 6, y: 0, w: 6, h: 4 });
    expect(places.get("b")).toEqual({ x: 6, y: 4, w: 6, h: 4 });
  });

  it("lets a tile go down past its neighbour", () => {
    const places = place([at("a", 0, 0), at("b", 0, 4)], "a", { x: 0, y: 4, w: 6, h: 4 }, 24);
    expect(places.get("b")!.y).toBe(0);
    expect(places.get("a")!.y).toBe(4);
  });

  it("finds room for a new tile and knows the reading order", () => {
    expect(below([at("a", 0, 0), at("b", 0, 4, 6, 3)], 12, 6)).toEqual({ x: 0, y: 7, w: 12, h: 6 });
    expect(inOrder([at("b", 6, 0), at("c", 0, 4), at("a", 0, 0)]).map((tile) => tile.id)).toEqual(["a", "b", "c"]);
  });
});

describe("undo and redo", () => {
  it("go back and forth, and a new change ends what could be redone", () => {
    const history = new History(1);
    history.push(2);
    history.push(3);
    expect(history.undo()).toBe(2);
    expect(history.redo()).toBe(3);
    history.undo();
    history.push(4);
    expect(history.canRedo).toBe(false);
    expect([history.undo(), history.undo(), history.undo()]).toEqual([2, 1, 1]);
  });
});

describe("the address", () => {
  const filters: Filter[] = [{ id: "period", type: "dates", column: "day", default: "last-30-days" }, { id: "terminal", column: "terminal_name" }];

  it("holds filters and picks, and what else stood there", () => {
    const query = new URLSearchParams("tab=x&terminal=TAC&terminal=M1&period=&pick.flags.flag=PA");
    const state = readState(query, filters);
    expect(state.filters.get("terminal")).toEqual(["TAC", "M1"]);
    expect(writeState(state, filters, query).toString()).toBe("tab=x&period=&terminal=TAC&terminal=M1&pick.flags.flag=PA");
  });

  it("asks a tile with everything but what was picked in itself", () => {
    const state = readState(new URLSearchParams("terminal=TAC&pick.flags.flag=PA"), filters);
    expect(askedWith(state, "flags").toString()).toBe("terminal=TAC");
    expect(askedWith(state, "other").toString()).toBe("terminal=TAC&pick.flag=PA");
  });

  it("takes a pick back when it is picked again", () => {
    const once = togglePick({ filters: new Map(), picks: [] }, "flags", [{ column: "flag", value: "PA" }]);
    expect(once.picks).toEqual([{ tile: "flags", column: "flag", values: ["PA"] }]);
    expect(togglePick(once, "flags", [{ column: "flag", value: "SN" }]).picks[0]!.values).toEqual(["SN"]);
    expect(togglePick(once, "flags", [{ column: "flag", value: "PA" }]).picks).toEqual([]);
  });
});

describe("a dashboard", () => {
  it("is saved without what the server added", () => {
    expect(toSave({ id: "a", title: "A", tiles: [{ ...at("t", 0, 0), text: "x", html: "<p>x</p>" }] })).toEqual({ title: "A", tiles: [{ ...at("t", 0, 0), text: "x" }] });
  });

  it("is asked again as often as it says, but not more than every five seconds", () => {
    expect([refreshSeconds(undefined), refreshSeconds("1m"), refreshSeconds(90), refreshSeconds("1s"), refreshSeconds("never")]).toEqual([0, 60, 90, 5, 0]);
  });
});

describe("a filter in the form", () => {
  const filter: Filter = { id: "terminal", title: "Terminal", column: ["quay", "terminal_name"], from: "gold.dim_terminal.terminal_name", default: "M1" };

  it("is bound to a column, under some names", () => expect([boundTo(filter), othersOf(filter)]).toEqual(["gold.dim_terminal.terminal_name", ["quay"]]));

  it("that stays as it was is the very same", () => expect(bind(filter, "gold.dim_terminal.terminal_name", ["quay"])).toBe(filter));

  it("is bound to another column, by its table or by its name alone", () => {
    expect(bind(filter, "gold.calls.berth", [])).toEqual({ id: "terminal", title: "Terminal", default: "M1", column: "berth", from: "gold.calls.berth" });
    expect(bind(filter, "berth", ["quay"])).toEqual({ id: "terminal", title: "Terminal", default: "M1", column: ["berth", "quay"] });
  });

  it("gets an id of its title that is free", () => expect([freeId("Été à quai", new Set(["ete_a_quai"])), freeId("!", new Set())]).toEqual(["ete_a_quai_2", "filter"]));

  it("follows another column in one tile, or none", () => {
    expect(withMaps([filter], "calls", new Map([["terminal", { value: "" }]]))).toBeUndefined();
    const mapped = withMaps([filter], "calls", new Map([["terminal", { value: "none" }]]))!;
    expect(mapped[0]!.map).toEqual({ calls: "none" });
    expect(withMaps(mapped, "calls", new Map([["terminal", { value: "" }]]))).toEqual([filter]);
  });
});

describe("a tile in the form", () => {
  it("keeps of its chart what the question does not say", () => expect(difference({ type: "bar", x: "a", unit: "t" }, { type: "bar", x: "b" })).toEqual({ x: "a", unit: "t" }));

  it("keeps its share of the width when the grid gets other columns", () => {
    const tiles = [{ id: "a", at: { x: 0, y: 0, w: 12, h: 4 } }, { id: "b", at: { x: 12, y: 0, w: 12, h: 4 } }, { id: "c", at: { x: 0, y: 4, w: 1, h: 4 } }];
    expect(widened(tiles, 24, 12).map((tile) => [tile.at.x, tile.at.y, tile.at.w])).toEqual([[0, 0, 6], [6, 0, 6], [0, 4, 2]]);
    expect(widened(tiles, 24, 24)).toEqual(tiles);
  });
});
