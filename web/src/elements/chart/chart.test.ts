import { describe, expect, it } from "vitest";
import { complete, typeFor } from "./choose";
import { countryOf } from "./countries";
import { toCsv } from "./export";
import type { Look } from "./look";
import { drawing } from "./options";
import { pivot } from "./pivot";
import { bins, boxOf, layOut } from "./series";
import { shapesFor } from "./shapes";
import { holds } from "./table";
import type { ChartData, Column, Kind } from "./types";
import { within, type Country } from "./world";

const column = (name: string, kind: Kind): Column => ({ name, type: kind === "number" ? "DOUBLE" : kind === "date" ? "DATE" : "VARCHAR", kind });
const result = (columns: Column[], ...rows: unknown[][]): ChartData => ({ columns, rows });
const look: Look = { ink: "#000", ink2: "#333", ink3: "#666", line: "#ddd", surface: "#fff", raised: "#fff", good: "#0a0", bad: "#a00", warn: "#aa0", palette: Array.from({ length: 8 }, () => "#00f"), ramp: ["#eef", "#00f"], font: "sans-serif", dark: false, width: 600 };
const [month, terminal, tonnes] = [column("month", "date"), column("terminal", "text"), column("tonnes", "number")];

describe("a chart for a result that nobody chose one for", () => {
  it("is a line over dates, with a series for each level", () => {
    const data = result([month, terminal, tonnes], ["2026-01-01", "A", 1], ["2026-01-01", "B", 2], ["2026-02-01", "A", 3]);
    expect(complete(data, {})).toMatchObject({ type: "line", x: "month", series: "terminal", y: ["tonnes"] });
  });
  it("is bars over few categories, and lying ones over many", () => {
    expect(typeFor(result([terminal, tonnes], ["A", 1], ["B", 2]))).toBe("bar");
    expect(typeFor(result([terminal, tonnes], ...Array.from({ length: 20 }, (_, at) => [`T${at}`, at])))).toBe("row");
  });
  it("is one number, a map, a histogram, or a table where nothing else fits", () => {
    expect(typeFor(result([tonnes], [5]))).toBe("number");
    expect(typeFor(result([column("latitude", "number"), column("longitude", "number")], [14.7, -17.4]))).toBe("map");
    expect(typeFor(result([tonnes], [5], [6], [7]))).toBe("histogram");
    expect(typeFor(result([column("a", "text"), column("b", "text")], ["x", "y"], ["z", "w"]))).toBe("table");
  });
  it("forgets settings of columns that are no longer there", () => {
    expect(complete(result([terminal, tonnes], ["A", 1], ["B", 2]), { type: "bar", x: "gone", y: ["also gone"] })).toMatchObject({ x: "terminal", y: ["tonnes"] });
  });
});

describe("rows on their way to a drawing", () => {
  it("are put in the order of time and keep holes open", () => {
    const layout = layOut(result([month, terminal, tonnes], ["2026-02-01", "A", 3], ["2026-01-01", "B", 2]), { x: "month", series: "terminal", y: ["tonnes"] });
    expect(layout.places).toEqual(["2026-01-01", "2026-02-01"]);
    expect(layout.series.find((one) => one.name === "A")?.values).toEqual([null, 3]);
  });
  it("become shares of a hundred, but say their own values", () => {
    const data = result([terminal, column("kind", "text"), tonnes], ["A", "in", 1], ["A", "out", 3]);
    const drawn = drawing(data, { type: "bar", x: "terminal", series: "kind", y: ["tonnes"], stack: "percent", unit: "t" }, look)!;
    expect((drawn.option.series as { data: number[] }[]).map((series) => series.data)).toEqual([[25], [75]]);
    expect(drawn.mark(1, 0)).toMatchObject({ title: "A", filters: [{ column: "terminal", value: "A" }, { column: "kind", value: "out" }] });
    expect(drawn.mark(1, 0)!.lines[1]!.value).toContain("3");
  });
  it("fall into steps that hold every value", () => {
    const values = [0, 1, 2, 5, 9.99, 10];
    expect(bins(values, 5).reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
    expect(bins([4, 4], 5)).toEqual([{ from: 4, to: 4, count: 2 }]);
  });
  it("make a box whose far values stand outside", () => {
    expect(boxOf([1, 2, 3, 4, 5, 100])).toMatchObject({ outside: [100] });
  });
  it("make a waterfall that ends with the sum", () => {
    const drawn = drawing(result([terminal, tonnes], ["start", 10], ["lost", -4]), { type: "waterfall", x: "terminal", y: ["tonnes"] }, look)!;
    expect((drawn.option.series as { data: unknown[] }[])[0]!.data).toEqual([0, 6, 0]);
  });
  it("make a pivot with sums at both ends", () => {
    const made = pivot(result([terminal, column("kind", "text"), tonnes], ["A", "in", 1], ["A", "out", 3], ["B", "in", 5]), { x: "terminal", series: "kind", y: ["tonnes"] });
    expect(made.rows).toEqual([["A", 1, 3, 4], ["B", 5, null, 5], ["Total", 6, 3, 9]]);
  });
  it("have their names above in as many lines as they need, and pages when they need many", () => {
    const named = (count: number): unknown => {
      const rows = Array.from({ length: count }, (_, at) => ["A", `a rather long name ${at}`, at]);
      const { option } = drawing(result([terminal, column("kind", "text"), tonnes], ...rows), { type: "bar", x: "terminal", series: "kind", y: ["tonnes"] }, look)!;
      return [(option.legend as { type: string }).type, (option.grid as { top: number }).top];
    };
    expect([named(2), named(5), named(20)]).toEqual([["plain", 36], ["plain", 56], ["scroll", 36]]);
  });
  it("draw every kind of chart", () => {
    const data = result([terminal, column("kind", "text"), tonnes, column("latitude", "number"), column("longitude", "number")], ["A", "in", 1, 14.7, -17.4], ["B", "out", 2, 14.8, -17.5]);
    for (const type of ["line", "area", "bar", "row", "combo", "scatter", "histogram", "box", "heatmap", "pie", "funnel", "waterfall", "sankey", "map"] as const) {
      const drawn = drawing(data, complete(data, { type }) as never, look)!;
      expect(drawn.option.series, type).toBeTruthy();
      expect(drawn.mark(0, 0) ?? drawn.mark(1, 0), type).not.toBeNull();
    }
  });
});

describe("around the drawing", () => {
  it("a CSV hides no formula", () => {
    expect(toCsv(result([terminal, tonnes], ["=1+1", -2], ["a,b", null]))).toBe('terminal,tonnes\r\n\'=1+1,-2\r\n"a,b",\r\n');
  });
  it("countries are known by code and by name in both languages", () => {
    expect([countryOf("SN"), countryOf("SEN"), countryOf("Sénégal"), countryOf("Senegal"), countryOf("686")]).toEqual(Array(5).fill("686"));
    expect(countryOf("Nowhere")).toBeNull();
  });
  it("a map takes finer shapes the nearer it looks, and only those in sight", () => {
    const square = (west: number): Country => ({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[[west, 14], [west + 1, 14], [west + 1, 15], [west, 14]]] } });
    expect([shapesFor([-180, -60, 180, 80]).fineness, shapesFor([-20, 10, 0, 20]).fineness, shapesFor([-17.6, 14.5, -17.2, 14.9])]).toEqual(["world", "fine", { name: "near -19 14 -16 16", fineness: "near", around: [-19, 14, -16, 16] }]);
    expect(within([square(-18), square(40)], [-18, 14, -16, 16])).toHaveLength(1);
  });
  it("rules compare numbers as numbers and words as words", () => {
    expect([holds(10, ">", "9"), holds("late", "=", "late"), holds(null, "=", 0)]).toEqual([true, true, false]);
  });
});
