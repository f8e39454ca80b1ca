import { describe, expect, it } from "vitest";
import { columnsAfter, valueFor } from "../builder/steps";
import { pack, unpack } from "./link";
import { offsetOf, parametersOf, statementAt, statementsOf, valueOf } from "./statements";

describe("a script", () => {
  const script = "select 1; -- a; b\nselect ';' as x,\n  $$;$$ from t;\n\nselect 3";
  it("is cut at the semicolons that end statements", () => {
    expect(statementsOf(script).map((one) => one.text)).toEqual(["select 1", "-- a; b\nselect ';' as x,\n  $$;$$ from t", "select 3"]);
  });
  it("has one statement at the cursor, also at its end", () => {
    expect(statementAt(script, 3)?.text).toBe("select 1");
    expect(statementAt(script, script.length)?.text).toBe("select 3");
  });
  it("asks for its parameters and takes no cast, slice or text for one", () => {
    expect(parametersOf("select a::int, l[1:n], ':no', {'k':v} from t where b = :least and c in (:one, $two) and d = :least")).toEqual(["least", "one", "two"]);
  });
  it("gets typed values", () => {
    expect(["10", "-1.5", "007", "true", "", "NULL", "it's"].map(valueOf)).toEqual([10, -1.5, "007", true, null, null, "it's"]);
  });
  it("knows the place of a line and column", () => {
    expect(script.slice(offsetOf(script, 2, 8), offsetOf(script, 2, 11))).toBe("';'");
  });
  it("travels in an address", async () => {
    expect(await unpack(await pack("select 'é' from gold.calls\n"))).toBe("select 'é' from gold.calls\n");
    expect(await unpack("no such thing")).toBeNull();
  });
});

describe("steps", () => {
  const names = [{ table: "gold.calls", columns: [{ name: "day", type: "DATE" }, { name: "hours", type: "DOUBLE" }, { name: "ship", type: "BIGINT" }] }, { table: "gold.ships", columns: [{ name: "ship", type: "BIGINT" }, { name: "name", type: "VARCHAR" }] }];
  it("know the columns after each", () => {
    const columns = columnsAfter([{ kind: "table", table: "gold.calls" }, { kind: "join", table: "gold.ships", how: "left", on: [] }, { kind: "summarise", by: [{ column: "day", bucket: "month" }], measures: [{ function: "count" }, { function: "count-distinct", column: "name" }] }], 3, names, () => []);
    expect(columns.map((column) => `${column.name} ${column.kind}`)).toEqual(["day date", "count number", "count_distinct_name number"]);
  });
  it("give values the type of their column", () => {
    expect([valueFor("=", "number", "5"), valueFor("=", "text", "5"), valueFor("in", "number", "1, 2"), valueFor("null", "text", "x")]).toEqual([5, "5", [1, 2], undefined]);
  });
});
