import { describe, expect, it } from "vitest";
import { typedValue, withEdit } from "./edits";
import { History } from "./history";
import { asSent, fresh, isWhole, newId, types, type Row } from "./types";

const columns = [{ name: "name", type: "varchar", kind: "text" }, { name: "id", type: "integer", kind: "number" }];
const rows: Row[] = [{ row: 1, state: "same", cells: ["Ann", 1], before: null, changed: [] }, { row: 2, state: "same", cells: ["Bob", 2], before: null, changed: [] }];

describe("steps", () => {
  it("has words in both languages and a form for each type", () => {
    for (const type of Object.values(types)) expect([type.words.en, type.words.fr, type.about.fr].every((words) => words.length > 3) && type.fields.length > 0).toBe(true);
  });
  it("knows when a step says enough", () => {
    expect(isWhole(fresh("trim", "a", columns[0]))).toBe(true);
    expect(isWhole(fresh("trim", "a"))).toBe(false);
    expect(isWhole(fresh("fill", "a", columns[1]))).toBe(true);
    expect(isWhole({ id: "a", type: "fill", columns: ["x"], method: "value", value: "" })).toBe(false);
    expect(isWhole({ id: "a", type: "case", column: "x", to: "lower" }) && isWhole({ id: "a", type: "filter", where: "x > 1" }) && isWhole({ id: "a", type: "derive", column: "x", formula: "x * 2" })).toBe(true);
    expect(isWhole({ id: "a", type: "one_hot", column: "x", levels: [] })).toBe(false);
  });
  it("sends nothing that is empty", () =>
    expect(asSent({ table: "a.b", description: "", steps: [{ id: "a", type: "trim", columns: ["x"], note: "", disabled: false }] })).toEqual({ table: "a.b", steps: [{ id: "a", type: "trim", columns: ["x"] }] }));
  it("gives ids that no step has", () => expect(newId([{ id: "s2", type: "trim" }])).toBe("s3"));
});

describe("edits by hand", () => {
  it("become one step, rows known by the column that is a key", () => {
    const once = withEdit([], columns, rows, rows[1]!, { column: 0, value: "Bea" }, "s1");
    expect(once).toEqual([{ id: "s1", type: "edit", rows: [{ key: { id: 2 }, set: { name: "Bea" } }] }]);
    const twice = withEdit(once, columns, rows, rows[0]!, "delete", "s2");
    expect(twice).toHaveLength(1);
    expect((twice[0]!["rows"] as unknown[])[1]).toEqual({ key: { id: 1 }, delete: true });
  });
  it("are read as the column's kind", () => expect([typedValue("1,5", columns[1]!), typedValue("", columns[0]!), typedValue("1", columns[0]!)]).toEqual([1.5, null, "1"]));
});

describe("history", () => {
  it("goes back and forth, and takes what is typed into one field as one act", () => {
    const history = new History({ n: 0 });
    history.note({ n: 1 }, "name");
    history.note({ n: 12 }, "name");
    history.note({ n: 5 });
    expect(history.undo()).toEqual({ n: 12 });
    expect(history.undo()).toEqual({ n: 0 });
    expect([history.canUndo, history.canRedo]).toEqual([false, true]);
    expect(history.redo()).toEqual({ n: 12 });
  });
});
