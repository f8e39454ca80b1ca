// What was found out about a file, in words, and the corrections that its owner can make with one click.
import { formatNumber, text } from "../../language";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly decimal?: string;
  readonly thousands?: string;
  readonly unit?: string;
  readonly language?: string;
  readonly null_values?: readonly string[];
  readonly agreement: number;
  readonly confidence: number;
  readonly examples: readonly string[];
}

export interface Finding<T> {
  readonly value: T;
  readonly confidence: number;
  readonly evidence: string;
}

export interface Changes {
  encoding?: string;
  delimiter?: string;
  quote?: string;
  skip_rows?: number;
  header_rows?: number;
  sheet?: string;
  columns?: Record<string, Partial<Column>>;
}

export interface Reading {
  readonly format: string;
  readonly suggested_name: string;
  readonly sheets?: readonly { readonly name: string; readonly rows: number; readonly columns: number }[];
  readonly sheet?: string;
  readonly encoding?: Finding<string>;
  readonly delimiter?: Finding<string>;
  readonly quote?: string;
  readonly header_rows?: Finding<number>;
  readonly skip_rows?: number;
  readonly preamble: readonly string[];
  readonly columns: readonly Column[];
  readonly questions: readonly { readonly column: string; readonly examples: readonly string[]; readonly choices: readonly Column[] }[];
  readonly rows?: number | null;
  readonly is_whole: boolean;
  readonly places?: number;
  readonly mended: number;
  readonly mended_lines: readonly number[];
  readonly footer: readonly string[];
  readonly next_table?: number | null;
  readonly mixed_lines: number;
  readonly zero_bytes: number;
  readonly changes: Changes;
}

const delimiters: Record<string, { en: string; fr: string }> = {
  ",": { en: "comma", fr: "virgule" },
  ";": { en: "semicolon", fr: "point-virgule" },
  "\t": { en: "tab", fr: "tabulation" },
  "|": { en: "vertical bar", fr: "barre verticale" },
  " ": { en: "blank", fr: "espace" },
  ":": { en: "colon", fr: "deux-points" },
};

/** A delimiter as people call it. */
export const delimiterName = (delimiter: string): string => (delimiters[delimiter] ? text(delimiters[delimiter]) : `“${delimiter}”`);

const types: Record<string, { en: string; fr: string }> = {
  text: { en: "text", fr: "texte" },
  bigint: { en: "whole number", fr: "nombre entier" },
  integer: { en: "whole number", fr: "nombre entier" },
  double: { en: "number", fr: "nombre" },
  boolean: { en: "yes or no", fr: "vrai ou faux" },
  date: { en: "date", fr: "date" },
  timestamp: { en: "date and time", fr: "date et heure" },
  timestamptz: { en: "date and time", fr: "date et heure" },
};

export const typeName = (type: string): string => (types[type] ? text(types[type]) : type);

/** How a column is read, in a few words: "number, decimal comma, €". */
export function columnWords(column: Partial<Column>): string {
  const words = [typeName(column.type ?? "text")];
  if (column.decimal === ",") words.push(text({ en: "decimal comma", fr: "virgule décimale" }));
  if (column.decimal === ".") words.push(text({ en: "decimal point", fr: "point décimal" }));
  if (column.thousands) words.push(text({ en: "groups with “{0}”", fr: "groupes avec « {0} »" }, column.thousands.trim() === "" ? text({ en: "blank", fr: "espace" }) : column.thousands));
  if (column.format) words.push(formatWords(column.format));
  if (column.language === "fr") words.push(text({ en: "months in French", fr: "mois en français" }));
  if (column.unit) words.push(column.unit);
  return words.join(", ");
}

/** `%d/%m/%Y` as people write it: day/month/year. */
export function formatWords(format: string): string {
  const parts: Record<string, { en: string; fr: string }> = {
    d: { en: "day", fr: "jour" }, m: { en: "month", fr: "mois" }, Y: { en: "year", fr: "année" }, y: { en: "year", fr: "année" }, b: { en: "month", fr: "mois" }, B: { en: "month", fr: "mois" },
    H: { en: "hour", fr: "heure" }, I: { en: "hour", fr: "heure" }, M: { en: "minute", fr: "minute" }, S: { en: "second", fr: "seconde" }, f: { en: "fraction", fr: "fraction" }, p: { en: "AM/PM", fr: "AM/PM" },
  };
  return format.replace(/%(-?[a-zA-Z])/g, (whole, code: string) => (parts[code.replace("-", "")] ? text(parts[code.replace("-", "")]!) : whole));
}

/** What a choice makes of an example, so that the two readings can be told apart: 1,000 → 1 000 or 1. */
export function readAs(example: string, column: Partial<Column>): string {
  if (column.format) {
    const codes = [...column.format.matchAll(/%-?([dmYy])/g)].map((match) => match[1]!);
    const numbers = example.match(/\d+/g)?.map(Number) ?? [];
    const at = (code: string): number => numbers[codes.findIndex((one) => one.toLowerCase() === code)] ?? 1;
    const year = at("y");
    const day = new Date(Date.UTC(year < 100 ? 2000 + year : year, at("m") - 1, at("d")));
    return new Intl.DateTimeFormat(document.documentElement.lang === "fr" ? "fr-FR" : "en-US", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(day);
  }
  let bare = column.unit ? example.replace(column.unit, "") : example;
  if (column.thousands) bare = bare.replaceAll(column.thousands, "");
  if (column.decimal === ",") bare = bare.replace(",", ".");
  const number = Number(bare.trim());
  return Number.isFinite(number) ? formatNumber(number) : example;
}

const some = (lines: readonly string[]): string => lines.slice(0, 2).map((line) => line.slice(0, 80)).join(" ⏎ ") + (lines.length > 2 ? " …" : "");

/** The findings worth telling, with the share or the lines that show them. */
export function notes(reading: Reading): string[] {
  const said: string[] = [];
  if (reading.rows != null) said.push(text({ en: "Rows found: {0}.", fr: "Lignes trouvées : {0}." }, formatNumber(reading.rows)));
  else if (reading.places) said.push(text({ en: "The file is large: this was found from its beginning and from {0} other places all over it.", fr: "Le fichier est grand : ceci vient de son début et de {0} autres endroits répartis dans tout le fichier." }, reading.places));
  else if (!reading.is_whole && reading.format === "csv") said.push(text({ en: "The file is large: this was found from its beginning.", fr: "Le fichier est grand : ceci vient de son début." }));
  if (reading.preamble.length > 0) said.push(text({ en: "Left out before the table: “{0}”", fr: "Laissé de côté avant le tableau : « {0} »" }, some(reading.preamble)));
  if (reading.footer.length > 0) said.push(text({ en: "Left out after the table: “{0}”", fr: "Laissé de côté après le tableau : « {0} »" }, some(reading.footer)));
  if (reading.mended > 0) said.push(text({ en: "Rows not written as the others, mended: {0} (first: line {1}).", fr: "Lignes écrites autrement que les autres, réparées : {0} (première : ligne {1})." }, formatNumber(reading.mended), reading.mended_lines[0] ?? 0));
  if (reading.next_table != null) said.push(text({ en: "Another table begins at line {0} and is left out.", fr: "Un autre tableau commence à la ligne {0} et est laissé." }, reading.next_table));
  if (reading.mixed_lines > 0) said.push(text({ en: "Lines in another character set, read as Windows-1252: {0}.", fr: "Lignes dans un autre jeu de caractères, lues comme Windows-1252 : {0}." }, formatNumber(reading.mixed_lines)));
  if (reading.zero_bytes > 0) said.push(text({ en: "Zero bytes left out: {0}.", fr: "Octets nuls laissés de côté : {0}." }, formatNumber(reading.zero_bytes)));
  return said;
}
