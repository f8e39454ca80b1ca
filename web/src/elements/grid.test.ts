import { describe, expect, it } from "vitest";
import { show, showNumber, toTsv } from "./grid-format";
import { Lanes } from "./grid-lanes";
import { MemoryRows } from "./grid-memory";
import { Scroll } from "./grid-scroll";
import { readState, writeState } from "./grid-state";
import { layout, trace } from "./lineage-layout";

describe("values in a grid", () => {
  it("keep every digit", () => {
    expect(showNumber("12345678901234567890.123456789")).toBe("12,345,678,901,234,567,890.123456789");
    expect(showNumber("-1234")).toBe("-1,234");
    expect(showNumber("inf")).toBe("inf");
  });
  it("of keys and years are names", () => expect(show("2026", { name: "year", type: "INTEGER", kind: "number" })).toBe("2026"));
  it("are quoted for spreadsheets where they must be", () => expect(toTsv([["a\tb", null], ['say "x"', "c"]])).toBe('"a\tb"\t\n"say ""x"""\tc'));
});

describe("the scrollbar", () => {
  it("of ten million rows is bounded and reaches every row", () => {
    const scroll = new Scroll(10_000_000, 600);
    expect(scroll.isScaled).toBe(true);
    expect(scroll.height).toBeLessThan(33_000_000);
    scroll.moveTo(9_999_999);
    expect(scroll.position).toBe(9_999_980);
    scroll.moveTo(5_000_000.25);
    const pixels = scroll.pixels;
    scroll.from(pixels);
    expect(scroll.position).toBeCloseTo(5_000_000.25, 3);
  });
  it("moves as little as needed", () => {
    const scroll = new Scroll(100, 300);
    scroll.show(50);
    expect(scroll.position).toBe(41);
    scroll.show(45);
    expect(scroll.position).toBe(41);
  });
});

describe("the address", () => {
  it("holds what one sees", () => {
    const state = { filters: [{ column: "name", op: "contains", value: "é&=" }], sorts: [{ column: "id", descending: true }], hidden: ["a"], row: 41 };
    const address = writeState("?version=3", state);
    expect(new URLSearchParams(address).get("version")).toBe("3");
    expect(readState(address)).toEqual(state);
  });
  it("that is broken shows all rows", () => expect(readState("?filter={oops&row=-4")).toEqual({ filters: [], sorts: [], hidden: [], row: 0 }));
});

describe("lineage", () => {
  const graph = {
    center: "b",
    nodes: [{ id: "a", level: -1 }, { id: "b", level: 0 }, { id: "c", level: 1 }].map((node) => ({ ...node, kind: "model", name: node.id, href: null, columns: ["x", "y"] })),
    edges: [{ from: "a", to: "b" }, { from: "b", to: "c" }],
    column_edges: [{ from: "a", from_column: "x", to: "b", to_column: "Y" }, { from: "b", from_column: "y", to: "c", to_column: "x" }],
  };
  it("stands from left to right", () => {
    const boxes = layout(graph, new Set(["b"]));
    expect(boxes.get("a")!.x).toBeLessThan(boxes.get("b")!.x);
    expect(boxes.get("b")!.height).toBeGreaterThan(boxes.get("c")!.height);
  });
  it("follows a column both ways", () => expect([...trace(graph, "b", "y")].map((name) => name.replace("\u0000", "."))).toEqual(["b.y", "a.x", "c.x"]));
});

describe("columns", () => {
  const lanes = new Lanes();
  it("that are few are all drawn", () => {
    lanes.widths = [100, 50, 100];
    expect([lanes.range(120, 10), lanes.left(1), lanes.right(1), lanes.total]).toEqual([[0, 3], 100, 150, 250]);
  });
  it("of a thousand only those in view are", () => {
    lanes.widths = Array.from({ length: 1000 }, () => 100);
    expect(lanes.range(0, 1000)).toEqual([0, 13]);
    expect(lanes.range(50_000, 1000)).toEqual([498, 513]);
    expect(lanes.range(99_500, 1000)).toEqual([993, 1000]);
  });
});

describe("rows in the page", () => {
  const rows = new MemoryRows(() => undefined);
  rows.show({
    columns: [{ name: "n", type: "INTEGER", kind: "number" }, { name: "name", type: "VARCHAR", kind: "text" }, { name: "at", type: "TIMESTAMP", kind: "time" }],
    rows: [[10, "Élan", "2026-01-02T03:04:05"], [9, "élan vital", null], [null, "Teranga", "2025-01-01T00:00:00"]],
  });
  const names = (): (string | null | undefined)[] => Array.from({ length: rows.total }, (_, at) => rows.get(at)?.[1]);
  it("are texts as tables have them", () => expect(rows.get(0)).toEqual(["10", "Élan", "2026-01-02 03:04:05"]));
  it("are sorted as what they are, missing ones last", () => {
    rows.reset([], [{ column: "n", descending: false }]);
    expect(names()).toEqual(["élan vital", "Élan", "Teranga"]);
    rows.reset([], [{ column: "n", descending: true }]);
    expect(names()).toEqual(["Élan", "élan vital", "Teranga"]);
  });
  it("are filtered without regard to accents and case", () => {
    rows.reset([{ column: "name", op: "contains", value: "ELAN" }, { column: "at", op: "notnull" }], []);
    expect(names()).toEqual(["Élan"]);
    rows.reset([{ column: "n", op: "gte", value: "9.5" }], []);
    expect([names(), rows.whole]).toEqual([["Élan"], 3]);
  });
  it("are copied by the columns that are asked for", async () => {
    rows.reset([], []);
    expect(await rows.fetch(1, 5, [2, 0])).toEqual([[null, "9"], ["2025-01-01 00:00:00", null]]);
  });
});
