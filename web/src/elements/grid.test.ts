import { describe, expect, it } from "vitest";
import { show, showNumber, toTsv } from "./grid-format";
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
