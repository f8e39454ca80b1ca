// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { target } from "./cells";

document.body.innerHTML = `<table><thead><tr><th>step</th><th><a id="r1">1</a></th><th><a id="r2">2</a></th><th><a id="r3">3</a></th></tr></thead>
<tbody><tr><th>a</th><td><a id="a1">✓</a></td><td></td><td><a id="a3">✓</a></td></tr><tr><th>b</th><td><a id="b1">✓</a></td><td><a id="b2">✓</a></td><td><a id="b3">✓</a></td></tr></tbody></table>`;
const from = (id: string, across: number, down: number): string | undefined => target(document.getElementById(id)!.closest<HTMLTableCellElement>("td, th")!, across, down)?.id;

describe("the arrows", () => {
  it("go from cell to cell", () => expect([from("b1", 1, 0), from("b2", 0, -1), from("a1", 0, -1), from("b3", -1, 0)]).toEqual(["b2", "r2", "r1", "b2"]));
  it("leave out what is empty", () => expect(from("a1", 1, 0)).toBe("a3"));
  it("end at the edge", () => expect([from("b3", 1, 0), from("a1", -1, 0), from("r1", 0, -1)]).toEqual([undefined, undefined, undefined]));
  it("jump to both ends", () => expect([from("b2", -10_000, 0), from("b1", 10_000, 0)]).toEqual(["b1", "b3"]));
});
