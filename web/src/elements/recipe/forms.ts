// The form of a step, made from its type's fields. A change calls `changed`; the form is made anew when its shape changes.
import { formatNumber, text } from "../../language";
import { choice, line, typed } from "../builder/forms";
import { functions, operators, valueFor, written, type Condition, type Measure } from "../builder/steps";
import type { Names } from "../sql/editor";
import { button, element } from "../sql/parts";
import type { Edited } from "./edits";
import { types, type Column, type Field, type Step } from "./types";

export type Around = { columns: readonly Column[]; names: Names; changed(again?: boolean, kind?: string): void; learn(step: Step): Promise<void> };

const remove = text({ en: "Remove", fr: "Retirer" });
const add = text({ en: "Add", fr: "Ajouter" });

export function formOf(step: Step, around: Around): HTMLElement {
  const form = element("div", "step-form recipe-form");
  const type = types[step.type]!;
  form.append(element("p", "hint", text(type.about)));
  for (const field of type.fields) {
    if (field.when && !field.when(step)) continue;
    const box = element(field.kind === "flag" ? "div" : "label", "recipe-field");
    if (field.kind !== "flag") box.append(element("span", "label-text", text(field.words)));
    const parts = inputOf(step, field, around);
    if (["map", "conditions", "order", "measures", "pairs", "edits", "columns"].includes(field.kind)) {
      // A label belongs to one field; here are several.
      const group = element("div", "recipe-field");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", text(field.words));
      group.append(element("span", "label-text", text(field.words)), ...parts);
      form.append(group);
    } else {
      box.append(...parts);
      form.append(box);
    }
  }
  if (type.learns?.(step)) form.append(button(text({ en: "Read from the table", fr: "Lire dans la table" }), "refresh-cw", () => void around.learn(step), "small"));
  const note = typed(text({ en: "Note: why this step is there", fr: "Note : la raison de cette étape" }), String(step.note ?? ""), (value) => ((step.note = value), around.changed(false, `note ${step.id}`)), "recipe-note");
  form.append(note);
  return form;
}

function inputOf(step: Step, field: Field, around: Around): HTMLElement[] {
  const label = text(field.words);
  const put = (value: unknown, again = false): void => {
    step[field.key] = value;
    around.changed(again, `${step.id} ${field.key}`);
  };
  switch (field.kind) {
    case "column":
      return [choice(label, [...(field.optional ? [["", "…"] as const] : []), ...around.columns.map((one) => [one.name, one.name] as const)], String(step[field.key] ?? (field.key === "column" ? list(step["columns"])[0] : undefined) ?? ""), (value) => {
        if (field.key === "column") delete step["columns"];
        put(value === "" ? undefined : value, true);
      })];
    case "columns":
      return columnsInput(step, field.key, label, around);
    case "text":
      return [typed(label, String(step[field.key] ?? ""), (value) => put(value))];
    case "formula":
      return [typed(text({ en: "In SQL, such as price * 2", fr: "En SQL, par exemple prix * 2" }), String(step[field.key] ?? ""), (value) => put(value), "mono")];
    case "list":
      return [typed(text({ en: "Values, with commas", fr: "Valeurs, avec des virgules" }), list(step[field.key]).join(", "), (value) => put(value.split(",").map((one) => one.trim()).filter((one) => one !== "").map((one) => (field.key === "edges" ? Number(one) : one))))];
    case "number": {
      const input = typed(label, step[field.key] === undefined ? "" : String(step[field.key]), (value) => put(value === "" ? undefined : Number(value)), "", "number");
      Object.assign(input, { min: field.min === undefined ? "" : String(field.min), max: field.max === undefined ? "" : String(field.max), step: String(field.step ?? "any") });
      return [input];
    }
    case "choice":
      return [choice(label, field.options.map(([value, words]) => [value, text(words)] as const), String(step[field.key] ?? field.options[0]![0]), (value) => {
        // What a tree has learned belongs to the way of filling that uses it.
        if (step.type === "fill" && field.key === "method") delete step["tree"];
        put(value, true);
        if (step.type === "fill" && types[step.type]!.learns?.(step)) void around.learn(step);
      })];
    case "flag":
      return [flagInput(label, (step[field.key] as boolean | undefined) ?? field.fallback ?? false, put)];
    case "table":
      return [choice(label, around.names.map((one) => [one.table, one.table] as const), String(step[field.key] ?? ""), (value) => put(value, true))];
    case "map":
      return mapInput(step, field.key, around);
    case "conditions":
      return step["where"] ? [typed("SQL", String(step["where"]), (value) => ((step["where"] = value), around.changed()), "mono")] : conditionsInput(step, around);
    case "order":
      return orderInput(step, around);
    case "measures":
      return measuresInput(step, around);
    case "pairs":
      return pairsInput(step, around);
    case "edits":
      return editsInput(step, around);
  }
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map((one) => (typeof one === "object" && one !== null ? String((one as { column?: unknown }).column) : String(one))) : value === undefined ? [] : [String(value)]);

function flagInput(label: string, value: boolean, put: (value: boolean) => void): HTMLElement {
  const box = element("label", "check");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = value;
  input.addEventListener("change", () => put(input.checked));
  box.append(input, element("span", "", label));
  return box;
}

/** The chosen columns as chips, and a list to choose more. */
function columnsInput(step: Step, key: string, label: string, around: Around): HTMLElement[] {
  const chosen = list(step[key] ?? (key === "columns" ? step["column"] : undefined));
  const set = (names: string[]): void => {
    if (key === "columns") delete step["column"];
    step[key] = names;
    around.changed(true);
  };
  const chips = element("div", "recipe-chips");
  for (const name of chosen) {
    const chip = element("span", "tag", name);
    chip.classList.toggle("bad", around.columns.length > 0 && !around.columns.some((one) => one.name.toLowerCase() === name.toLowerCase()));
    const off = button(`${remove} ${name}`, "x", () => set(chosen.filter((one) => one !== name)), "plain small square");
    chip.append(off);
    chips.append(chip);
  }
  const rest = around.columns.filter((one) => !chosen.includes(one.name));
  const more = choice(label, [["", text({ en: "Add a column …", fr: "Ajouter une colonne …" })], ...rest.map((one) => [one.name, one.name] as const)], "", (name) => name && set([...chosen, name]));
  return rest.length > 0 ? [chips, more] : [chips];
}

function rows<T>(items: T[], parts: (item: T, at: number) => HTMLElement[], fresh: () => T, put: (items: T[]) => void): HTMLElement[] {
  return [
    ...items.map((item, at) => line(...parts(item, at), button(remove, "x", () => put(items.filter((_, other) => other !== at)), "plain small square"))),
    button(add, "plus", () => put([...items, fresh()]), "plain small"),
  ];
}

function mapInput(step: Step, key: string, around: Around): HTMLElement[] {
  const entries = Object.entries((step[key] as Record<string, unknown> | undefined) ?? {}).map(([old, now]) => [old, String(now ?? "")] as [string, string]);
  const keep = (again = false): void => {
    step[key] = Object.fromEntries(entries.filter(([old]) => old !== ""));
    around.changed(again, `${step.id} ${key}`);
  };
  const isNames = key === "names";
  return rows(entries, (entry) => [
    isNames ? choice(text({ en: "Old name", fr: "Ancien nom" }), around.columns.map((one) => [one.name, one.name] as const), entry[0], (value) => ((entry[0] = value), keep())) : typed(text({ en: "Value", fr: "Valeur" }), entry[0], (value) => ((entry[0] = value), keep())),
    element("span", "quiet", "→"),
    typed(isNames ? text({ en: "New name", fr: "Nouveau nom" }) : text({ en: "New value", fr: "Nouvelle valeur" }), entry[1], (value) => ((entry[1] = value), keep())),
  ], (): [string, string] => [isNames ? (around.columns.find((one) => !entries.some(([old]) => old === one.name))?.name ?? "") : text({ en: "value", fr: "valeur" }), ""], (items) => {
    step[key] = Object.fromEntries(items);
    around.changed(true);
  });
}

function conditionsInput(step: Step, around: Around): HTMLElement[] {
  const conditions = (step["conditions"] as Condition[] | undefined) ?? [];
  const parts = rows(conditions, (condition) => {
    const kind = around.columns.find((column) => column.name === condition.column)?.kind as Parameters<typeof valueFor>[1];
    const isList = ["in", "not-in", "between"].includes(condition.op);
    const value = typed(isList ? text({ en: "Values, with commas", fr: "Valeurs, avec des virgules" }) : text({ en: "Value", fr: "Valeur" }), written(condition.value), (words) => ((condition.value = valueFor(condition.op, kind, words)), around.changed(false, `${step.id} value`)));
    return [
      choice(text({ en: "Column", fr: "Colonne" }), around.columns.map((one) => [one.name, one.name] as const), condition.column, (name) => ((condition.column = name), around.changed(true))),
      choice(text({ en: "Condition", fr: "Condition" }), operators.map(([op, words]) => [op, text(words)] as const), condition.op, (op) => {
        condition.op = op;
        if (op === "null" || op === "not-null") delete condition.value;
        else condition.value = valueFor(op, kind, written(condition.value));
        around.changed(true);
      }),
      ...(condition.op === "null" || condition.op === "not-null" ? [] : [value]),
    ];
  }, (): Condition => ({ column: around.columns[0]?.name ?? "", op: "not-null" }), (items) => {
    step["conditions"] = items;
    around.changed(true);
  });
  if (conditions.length > 1) parts.unshift(choice(text({ en: "Rows that meet", fr: "Lignes qui remplissent" }), [["all", text({ en: "all conditions", fr: "toutes les conditions" })], ["any", text({ en: "any condition", fr: "au moins une condition" })]], String(step["match"] ?? "all"), (match) => ((step["match"] = match), around.changed())));
  return parts;
}

function orderInput(step: Step, around: Around): HTMLElement[] {
  const by = ((step["by"] as unknown[] | undefined) ?? []).map((one) => (typeof one === "string" ? { column: one, descending: false } : (one as { column: string; descending?: boolean })));
  step["by"] = by;
  return rows(by, (one) => [
    choice(text({ en: "Column", fr: "Colonne" }), around.columns.map((column) => [column.name, column.name] as const), one.column, (name) => ((one.column = name), around.changed())),
    choice(text({ en: "Order", fr: "Ordre" }), [["up", text({ en: "rising", fr: "croissant" })], ["down", text({ en: "falling", fr: "décroissant" })]], one.descending ? "down" : "up", (way) => ((one.descending = way === "down"), around.changed())),
  ], () => ({ column: around.columns[0]?.name ?? "", descending: false }), (items) => {
    step["by"] = items;
    around.changed(true);
  });
}

function measuresInput(step: Step, around: Around): HTMLElement[] {
  const measures = (step["measures"] as Measure[] | undefined) ?? [];
  return rows(measures, (measure) => [
    choice(text({ en: "Measure", fr: "Mesure" }), functions.map(([name, words]) => [name, text(words)] as const), measure.function, (name) => {
      measure.function = name;
      if (name === "count") delete measure.column;
      else measure.column ??= around.columns.find((one) => one.kind === "number")?.name ?? around.columns[0]?.name ?? "";
      around.changed(true);
    }),
    ...(measure.function === "count" ? [] : [choice(text({ en: "Column", fr: "Colonne" }), around.columns.map((one) => [one.name, one.name] as const), measure.column ?? "", (name) => ((measure.column = name), around.changed()))]),
  ], (): Measure => ({ function: "count" }), (items) => {
    step["measures"] = items;
    around.changed(true);
  });
}

function pairsInput(step: Step, around: Around): HTMLElement[] {
  const theirs = (around.names.find((one) => one.table === step["table"])?.columns ?? []).map((one) => [one.name, one.name] as const);
  const on = step["on"];
  const pairs: [string, string][] = Array.isArray(on) ? on.map((name) => [String(name), String(name)]) : Object.entries((on as Record<string, string> | undefined) ?? {});
  const keep = (again = false): void => {
    step["on"] = Object.fromEntries(pairs);
    around.changed(again);
  };
  return rows(pairs, (pair) => [
    choice(text({ en: "Column", fr: "Colonne" }), around.columns.map((one) => [one.name, one.name] as const), pair[0], (name) => ((pair[0] = name), keep())), element("span", "quiet", "="),
    choice(text({ en: "Its column", fr: "Sa colonne" }), theirs, pair[1], (name) => ((pair[1] = name), keep())),
  ], (): [string, string] => {
    const same = theirs.find(([name]) => around.columns.some((one) => one.name === name))?.[0];
    return [same ?? around.columns[0]?.name ?? "", same ?? theirs[0]?.[0] ?? ""];
  }, (items) => {
    step["on"] = Object.fromEntries(items);
    around.changed(true);
  });
}

function editsInput(step: Step, around: Around): HTMLElement[] {
  const edited = (step["rows"] as Edited[] | undefined) ?? [];
  const box = element("ul", "recipe-edits");
  for (const one of edited.slice(0, 50)) {
    const words = Object.entries(one.key).map(([name, value]) => `${name} = ${String(value)}`).slice(0, 3).join(", ");
    const what = one.delete ? text({ en: "row removed", fr: "ligne retirée" }) : Object.entries(one.set ?? {}).map(([name, value]) => `${name} → ${value === null ? "∅" : String(value)}`).join(", ");
    const item = element("li", "");
    item.append(element("span", "quiet mono", words), element("span", "grow", what), button(remove, "x", () => {
      step["rows"] = edited.filter((other) => other !== one);
      around.changed(true);
    }, "plain small square"));
    box.append(item);
  }
  return edited.length > 50 ? [box, element("p", "quiet", text({ en: "and {0} more", fr: "et {0} autres" }, formatNumber(edited.length - 50)))] : [box];
}
