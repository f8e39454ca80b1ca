// The form of each step. A change calls `changed`; the form is made anew when its shape changes.
import { text } from "../../language";
import type { Column } from "../chart/types";
import type { Names } from "../sql/editor";
import { button, element } from "../sql/parts";
import { buckets, functions, operators, valueFor, written, type Condition, type GroupBy, type Measure, type Step } from "./steps";

export type Around = { names: Names; questions: { id: string; title: string }[]; columns: Column[]; changed(again?: boolean): void };

export function formOf(step: Step, around: Around): HTMLElement {
  const form = element("div", "step-form");
  switch (step.kind) {
    case "table":
      form.append(choice(text({ en: "Table", fr: "Table" }), around.names.map((name) => [name.table, name.table]), step.table, (table) => ((step.table = table), around.changed(true))));
      break;
    case "question":
      form.append(choice(text({ en: "Question", fr: "Question" }), around.questions.map((question) => [question.id, question.title]), step.question, (id) => ((step.question = id), around.changed(true))));
      break;
    case "join":
      joinForm(form, step, around);
      break;
    case "filter":
      filterForm(form, step, around);
      break;
    case "compute":
      form.append(
        line(typed(text({ en: "Name", fr: "Nom" }), step.name, (name) => ((step.name = name), around.changed()))),
        line(typed(text({ en: "In SQL, such as price * 2", fr: "En SQL, par exemple prix * 2" }), step.expression, (expression) => ((step.expression = expression), around.changed()), "mono")),
      );
      break;
    case "summarise":
      summariseForm(form, step, around);
      break;
    case "sort":
      rows(form, step.by, around, () => ({ column: around.columns[0]?.name ?? "", descending: false }), (by) => [
        columnChoice(around, by.column, (column) => (by.column = column)),
        choice(text({ en: "Order", fr: "Ordre" }), [["up", text({ en: "rising", fr: "croissant" })], ["down", text({ en: "falling", fr: "décroissant" })]], by.descending ? "down" : "up", (way) => ((by.descending = way === "down"), around.changed())),
      ]);
      break;
    case "limit":
      form.append(line(typed(text({ en: "Rows", fr: "Lignes" }), String(step.count), (count) => ((step.count = Math.max(0, Math.round(Number(count)) || 0)), around.changed()), "", "number")));
  }
  return form;
}

function joinForm(form: HTMLElement, step: Extract<Step, { kind: "join" }>, around: Around): void {
  const theirs: [string, string][] = (around.names.find((name) => name.table === step.table)?.columns ?? []).map((column) => [column.name, column.name]);
  form.append(line(
    choice(text({ en: "How", fr: "Comment" }), [["left", text({ en: "keep all rows so far", fr: "garder toutes les lignes" })], ["inner", text({ en: "only rows that match", fr: "seulement ce qui correspond" })], ["right", text({ en: "keep all rows of the table", fr: "garder toute la table" })], ["full", text({ en: "keep all of both", fr: "tout garder" })]], step.how, (how) => ((step.how = how), around.changed())),
    choice(text({ en: "Table", fr: "Table" }), around.names.map((name) => [name.table, name.table]), step.table, (table) => {
      step.table = table;
      const columns = around.names.find((name) => name.table === table)?.columns ?? [];
      const same = columns.find((column) => around.columns.some((one) => one.name === column.name && /(_id|_key|^id|code)$/i.test(one.name))) ?? columns.find((column) => around.columns.some((one) => one.name === column.name));
      step.on = [{ left: same?.name ?? around.columns[0]?.name ?? "", right: same?.name ?? columns[0]?.name ?? "" }];
      around.changed(true);
    }),
  ));
  rows(form, step.on, around, () => ({ left: around.columns[0]?.name ?? "", right: theirs[0]?.[0] ?? "" }), (pair) => [
    columnChoice(around, pair.left, (column) => (pair.left = column)), element("span", "quiet", "="), choice(text({ en: "Its column", fr: "Sa colonne" }), theirs, pair.right, (column) => ((pair.right = column), around.changed())),
  ]);
}

function filterForm(form: HTMLElement, step: Extract<Step, { kind: "filter" }>, around: Around): void {
  if (step.conditions.length > 1) {
    form.append(line(choice(text({ en: "Rows that meet", fr: "Lignes qui remplissent" }), [["all", text({ en: "all conditions", fr: "toutes les conditions" })], ["any", text({ en: "any condition", fr: "au moins une condition" })]], step.match, (match) => ((step.match = match), around.changed()))));
  }
  rows(form, step.conditions, around, (): Condition => ({ column: around.columns[0]?.name ?? "", op: "=", value: "" }), (condition) => {
    const kind = around.columns.find((column) => column.name === condition.column)?.kind;
    const isValueless = condition.op === "null" || condition.op === "not-null";
    const isList = ["in", "not-in", "between"].includes(condition.op);
    const value = typed(isList ? text({ en: "Values, with commas", fr: "Valeurs, avec des virgules" }) : text({ en: "Value", fr: "Valeur" }), written(condition.value), (words) => ((condition.value = valueFor(condition.op, kind, words)), around.changed()), "", !isList && (kind === "date" || kind === "time") && condition.op !== "last" ? "date" : "text");
    return [
      columnChoice(around, condition.column, (column) => (condition.column = column), true),
      choice(text({ en: "Condition", fr: "Condition" }), operators.filter(([op]) => suits(op, kind)).map(([op, words]) => [op, text(words)]), condition.op, (op) => {
        condition.op = op;
        condition.value = valueFor(op, kind, written(condition.value));
        around.changed(true);
      }),
      ...(isValueless ? [] : [value]),
    ];
  });
}

const suits = (op: string, kind: Column["kind"] | undefined): boolean => (["contains", "starts", "ends"].includes(op) ? kind === "text" : op === "last" ? kind === "date" || kind === "time" : true);

function summariseForm(form: HTMLElement, step: Extract<Step, { kind: "summarise" }>, around: Around): void {
  form.append(element("div", "label-text", text({ en: "For each", fr: "Pour chaque" })));
  rows(form, step.by, around, (): GroupBy => ({ column: around.columns.find((column) => column.kind === "text")?.name ?? around.columns[0]?.name ?? "" }), (by) => {
    const kind = around.columns.find((column) => column.name === by.column)?.kind;
    return [
      columnChoice(around, by.column, (column) => ((by.column = column), delete by.bucket), true),
      ...(kind === "date" || kind === "time" ? [choice(text({ en: "Dates", fr: "Dates" }), buckets.map(([bucket, words]) => [bucket, text(words)]), by.bucket ?? "", (bucket) => {
        if (bucket) by.bucket = bucket;
        else delete by.bucket;
        around.changed();
      })] : []),
    ];
  });
  form.append(element("div", "label-text", text({ en: "Show", fr: "Montrer" })));
  rows(form, step.measures, around, (): Measure => ({ function: "count" }), (measure) => [
    choice(text({ en: "Measure", fr: "Mesure" }), functions.map(([name, words]) => [name, text(words)]), measure.function, (name) => {
      measure.function = name;
      if (name === "count") delete measure.column;
      else measure.column ??= around.columns.find((column) => column.kind === "number")?.name ?? around.columns[0]?.name ?? "";
      around.changed(true);
    }),
    ...(measure.function === "count" ? [] : [columnChoice(around, measure.column ?? "", (column) => (measure.column = column))]),
  ]);
}

function rows<T>(form: HTMLElement, list: T[], around: Around, fresh: () => T, parts: (item: T) => HTMLElement[]): void {
  list.forEach((item, at) => form.append(line(...parts(item), button(text({ en: "Remove", fr: "Retirer" }), "x", () => {
    list.splice(at, 1);
    around.changed(true);
  }, "plain small square"))));
  form.append(button(text({ en: "Add", fr: "Ajouter" }), "plus", () => {
    list.push(fresh());
    around.changed(true);
  }, "plain small"));
}

const columnChoice = (around: Around, column: string, take: (column: string) => void, again = false): HTMLElement =>
  choice(text({ en: "Column", fr: "Colonne" }), around.columns.map((one) => [one.name, one.name]), column, (chosen) => {
    take(chosen);
    around.changed(again);
  });

export function choice(label: string, options: readonly (readonly [string, string])[], value: string, take: (value: string) => void): HTMLSelectElement {
  const select = document.createElement("select");
  select.className = "select small";
  select.setAttribute("aria-label", label);
  if (!options.some(([key]) => key === value)) select.append(new Option(value || "…", value, true, true));
  for (const [key, words] of options) select.append(new Option(words, key, false, key === value));
  select.addEventListener("change", () => take(select.value));
  return select;
}

export function typed(label: string, value: string, take: (value: string) => void, look = "", type = "text"): HTMLInputElement {
  const input = document.createElement("input");
  input.type = type;
  input.className = `input small ${look}`;
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  input.value = value;
  input.addEventListener("input", () => take(input.value));
  return input;
}

export function line(...parts: HTMLElement[]): HTMLElement {
  const box = element("div", "step-line");
  box.append(...parts);
  return box;
}
