// The steps of a question as the API has them, the columns that there are after each, and the words for them.
import { text } from "../../language";
import type { Column } from "../chart/types";
import type { Names } from "../sql/editor";

export type Condition = { column: string; op: string; value?: unknown; bucket?: string };
export type GroupBy = { column: string; bucket?: string; name?: string };
export type Measure = { function: string; column?: string; name?: string };
export type Step =
  | { kind: "table"; table: string }
  | { kind: "question"; question: string }
  | { kind: "join"; table: string; how: string; on: { left: string; right: string }[] }
  | { kind: "filter"; conditions: Condition[]; match: string }
  | { kind: "compute"; name: string; expression: string }
  | { kind: "summarise"; by: GroupBy[]; measures: Measure[] }
  | { kind: "sort"; by: { column: string; descending: boolean }[] }
  | { kind: "limit"; count: number };
export type StepKind = Step["kind"];

export const kindOf = (type: string): Column["kind"] =>
  /^(DATE)$/i.test(type) ? "date" : /^TIMESTAMP/i.test(type) ? "time" : /^(BOOL)/i.test(type) ? "boolean" : /INT|DOUBLE|FLOAT|DECIMAL|REAL|NUMERIC/i.test(type) && !/\[\]$|STRUCT|MAP|INTERVAL/i.test(type) ? "number" : /\[\]$|^(STRUCT|MAP|LIST)/i.test(type) ? "nested" : "text";

/** The columns after the first `count` steps; what a question gives is told by `ofQuestion`. */
export function columnsAfter(steps: readonly Step[], count: number, names: Names, ofQuestion: (id: string) => readonly Column[]): Column[] {
  const ofTable = (table: string): Column[] => (names.find((name) => name.table === table)?.columns ?? []).map((column) => ({ ...column, kind: kindOf(column.type) }));
  let columns: Column[] = [];
  for (const step of steps.slice(0, count)) {
    if (step.kind === "table") columns = ofTable(step.table);
    else if (step.kind === "question") columns = [...ofQuestion(step.question)];
    else if (step.kind === "join") columns = [...columns, ...ofTable(step.table).filter((column) => !columns.some((one) => one.name.toLowerCase() === column.name.toLowerCase()))];
    else if (step.kind === "compute" && step.name) columns = [...columns.filter((column) => column.name !== step.name), { name: step.name, type: "", kind: "number" }];
    else if (step.kind === "summarise") {
      const before = columns;
      const found = (name: string | undefined): Column | undefined => before.find((column) => column.name === name);
      columns = [
        ...step.by.map((by) => ({ name: by.name ?? by.column, type: found(by.column)?.type ?? "", kind: found(by.column)?.kind ?? "text" }) as Column),
        ...step.measures.map((measure) => ({ name: nameOf(measure), type: "DOUBLE", kind: ["min", "max"].includes(measure.function) ? (found(measure.column)?.kind ?? "number") : "number" }) as Column),
      ];
    }
  }
  return columns;
}

/** The name that a measure gets when nobody gives one, as the server names it. */
export const nameOf = (measure: Measure): string => measure.name || (measure.column ? `${measure.function.replace("-", "_")}_${measure.column}` : measure.function);

export const stepWords: Record<StepKind, { icon: string; words: { en: string; fr: string } }> = {
  table: { icon: "table-2", words: { en: "Table", fr: "Table" } },
  question: { icon: "chart-column", words: { en: "Question", fr: "Question" } },
  join: { icon: "git-branch", words: { en: "Join a table", fr: "Joindre une table" } },
  filter: { icon: "filter", words: { en: "Filter", fr: "Filtrer" } },
  compute: { icon: "square-function", words: { en: "Computed column", fr: "Colonne calculée" } },
  summarise: { icon: "sigma", words: { en: "Summarise", fr: "Résumer" } },
  sort: { icon: "arrow-up-down", words: { en: "Sort", fr: "Trier" } },
  limit: { icon: "list", words: { en: "Limit", fr: "Limiter" } },
};

export const operators: [string, { en: string; fr: string }][] = [
  ["=", { en: "is", fr: "est" }], ["!=", { en: "is not", fr: "n'est pas" }], ["<", { en: "less than", fr: "inférieur à" }], ["<=", { en: "at most", fr: "au plus" }], [">", { en: "more than", fr: "supérieur à" }], [">=", { en: "at least", fr: "au moins" }],
  ["in", { en: "is one of", fr: "est parmi" }], ["not-in", { en: "is none of", fr: "n'est pas parmi" }], ["between", { en: "is between", fr: "est entre" }], ["contains", { en: "contains", fr: "contient" }], ["starts", { en: "begins with", fr: "commence par" }], ["ends", { en: "ends with", fr: "finit par" }],
  ["last", { en: "in the last days", fr: "dans les derniers jours" }], ["null", { en: "is empty", fr: "est vide" }], ["not-null", { en: "is not empty", fr: "n'est pas vide" }],
];

export const functions: [string, { en: string; fr: string }][] = [
  ["count", { en: "number of rows", fr: "nombre de lignes" }], ["count-distinct", { en: "different values of", fr: "valeurs différentes de" }], ["sum", { en: "sum of", fr: "somme de" }], ["avg", { en: "average of", fr: "moyenne de" }], ["min", { en: "least", fr: "minimum de" }], ["max", { en: "most", fr: "maximum de" }], ["median", { en: "median of", fr: "médiane de" }],
];

export const buckets: [string, { en: string; fr: string }][] = [
  ["", { en: "as it is", fr: "tel quel" }], ["year", { en: "by year", fr: "par année" }], ["quarter", { en: "by quarter", fr: "par trimestre" }], ["month", { en: "by month", fr: "par mois" }], ["week", { en: "by week", fr: "par semaine" }], ["day", { en: "by day", fr: "par jour" }], ["hour", { en: "by hour", fr: "par heure" }],
];

/** A typed value for a column: numbers for numbers, lists where the condition takes one. */
export function valueFor(op: string, kind: Column["kind"] | undefined, typed: string): unknown {
  const one = (words: string): unknown => {
    const trimmed = words.trim();
    if ((kind === "number" || op === "last") && trimmed !== "" && !Number.isNaN(Number(trimmed))) return Number(trimmed);
    if (kind === "boolean") return /^(true|vrai|1)$/i.test(trimmed);
    return trimmed;
  };
  if (op === "null" || op === "not-null") return undefined;
  return op === "in" || op === "not-in" || op === "between" ? typed.split(/[;,]/).map(one) : one(typed);
}

export const written = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : value === undefined || value === null ? "" : String(value));

/** Why SQL cannot be said in steps. */
export function beyondWords(word: string): string {
  const known: Record<string, { en: string; fr: string }> = {
    window: { en: "window functions", fr: "des fonctions de fenêtre" }, with: { en: "a WITH clause", fr: "une clause WITH" }, union: { en: "a UNION or another set operation", fr: "un UNION ou une autre opération d'ensemble" }, having: { en: "HAVING", fr: "HAVING" }, subquery: { en: "a subquery", fr: "une sous-requête" },
    columns: { en: "a choice or order of columns that steps do not make", fr: "un choix ou un ordre de colonnes que les étapes ne font pas" }, join: { en: "a join by more than equal columns", fr: "une jointure par autre chose que des colonnes égales" }, condition: { en: "a condition that is more than a column and a value", fr: "une condition autre que colonne et valeur" }, distinct: { en: "DISTINCT", fr: "DISTINCT" },
    order: { en: "an order by an expression", fr: "un tri par expression" }, expression: { en: "an expression inside a summary", fr: "une expression dans un résumé" }, group: { en: "groups that are not shown", fr: "des groupes qui ne sont pas affichés" }, limit: { en: "OFFSET", fr: "OFFSET" }, from: { en: "rows that come from no table", fr: "des lignes qui ne viennent d'aucune table" }, table: { en: "a table without its schema", fr: "une table sans son schéma" }, statements: { en: "several statements", fr: "plusieurs instructions" }, value: { en: "a value that is computed", fr: "une valeur calculée" },
  };
  return text(known[word] ?? { en: "something that steps cannot say", fr: "quelque chose que les étapes ne savent pas dire" });
}
