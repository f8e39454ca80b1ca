// The types of steps: their words, and the fields of their forms. The names are those of the file.
import type { Words } from "../../language";

export type Step = { id: string; type: string; disabled?: boolean; note?: string; [setting: string]: unknown };
export type Draft = { type: string; note?: string; [setting: string]: unknown };
export type Recipe = { table: string; makes?: string; description?: string; tags?: string[]; steps: Step[] };
export type Column = { name: string; type: string; kind: string; is_new?: boolean; changed_count?: number | null };
export type Row = { row: number | null; state: "same" | "changed" | "added" | "removed"; cells: unknown[]; before: unknown[] | null; changed: number[] };
export type Preview = { columns: Column[]; removed: string[]; rows: Row[]; counts: number[]; changed_row_count: number | null; row_count: number; is_sample: boolean };

export type Field = { key: string; words: Words; hint?: Words; when?: (step: Step) => boolean } & (
  | { kind: "column" | "columns" | "text" | "formula" | "list" | "flag" | "order" | "map" | "conditions" | "measures" | "pairs" | "table" | "edits"; optional?: boolean; fallback?: boolean }
  | { kind: "number"; optional?: boolean; min?: number; max?: number; step?: number; fallback?: number }
  | { kind: "choice"; options: readonly (readonly [string, Words])[] }
);
export type StepType = { words: Words; icon: string; group: "columns" | "values" | "numbers" | "rows" | "tables"; about: Words; fields: Field[]; learns?: (step: Step) => boolean; suits?: readonly string[] };

const w = (en: string, fr: string): Words => ({ en, fr });
const columns: Field = { key: "columns", kind: "columns", words: w("Columns", "Colonnes") };
const column: Field = { key: "column", kind: "column", words: w("Column", "Colonne") };
const into = (optional = false): Field => ({ key: "into", kind: "text", words: w("New column", "Nouvelle colonne"), optional });
const text = (key: string, en: string, fr: string, optional = false, hint?: Words): Field => ({ key, kind: "text", words: w(en, fr), optional, ...(hint ? { hint } : {}) });
const flag = (key: string, en: string, fr: string, fallback = false): Field => ({ key, kind: "flag", words: w(en, fr), fallback });
const choice = (key: string, en: string, fr: string, ...options: [string, string, string][]): Field => ({ key, kind: "choice", words: w(en, fr), options: options.map(([value, a, b]) => [value, w(a, b)] as const) });
const is = (key: string, ...values: string[]) => (step: Step): boolean => values.includes(String(step[key] ?? ""));
const always = (): boolean => true;
const texts = ["text"];
const numbers = ["number"];

export const groups: readonly (readonly [StepType["group"], Words])[] = [
  ["columns", w("Columns", "Colonnes")], ["values", w("Texts and dates", "Textes et dates")], ["numbers", w("Missing values and numbers", "Valeurs manquantes et nombres")], ["rows", w("Rows", "Lignes")], ["tables", w("Other tables and shape", "Autres tables et forme")],
];

export const types: Record<string, StepType> = {
  rename: { words: w("Rename columns", "Renommer des colonnes"), icon: "pencil", group: "columns", about: w("Gives columns other names.", "Donne d'autres noms à des colonnes."), fields: [{ key: "names", kind: "map", words: w("Old name → new name", "Ancien nom → nouveau nom") }] },
  drop_columns: { words: w("Remove columns", "Retirer des colonnes"), icon: "trash-2", group: "columns", about: w("Leaves columns out.", "Laisse des colonnes de côté."), fields: [columns] },
  keep_columns: { words: w("Keep only columns", "Ne garder que des colonnes"), icon: "columns-3", group: "columns", about: w("Keeps these columns, in this order.", "Garde ces colonnes, dans cet ordre."), fields: [columns] },
  cast: { words: w("Change the type", "Changer le type"), icon: "type", group: "columns", about: w("What does not fit the type becomes empty.", "Ce qui ne convient pas au type devient vide."), fields: [columns, choice("to", "Type", "Type", ["text", "text", "texte"], ["integer", "whole number", "nombre entier"], ["number", "number", "nombre"], ["boolean", "yes or no", "oui ou non"], ["date", "date", "date"], ["timestamp", "date and time", "date et heure"])] },
  derive: { words: w("Compute a column", "Calculer une colonne"), icon: "square-function", group: "columns", about: w("A formula over the row's columns, in SQL: price * 2, lower(name), case when … end.", "Une formule sur les colonnes de la ligne, en SQL : prix * 2, lower(nom), case when … end."), fields: [into(), { key: "formula", kind: "formula", words: w("Formula", "Formule") }] },
  one_hot: { words: w("One column per value", "Une colonne par valeur"), icon: "binary", group: "columns", about: w("A column of 0 and 1 for each value.", "Une colonne de 0 et de 1 pour chaque valeur."), fields: [column, { key: "levels", kind: "list", words: w("Values", "Valeurs") }, flag("keep", "Keep the column", "Garder la colonne")], learns: always },
  split: { words: w("Split a column", "Couper une colonne"), icon: "columns-3", group: "columns", about: w("Cuts texts at a sign.", "Coupe les textes à un signe."), fields: [column, text("by", "At", "À"), { key: "into", kind: "list", words: w("New columns", "Nouvelles colonnes") }, flag("keep", "Keep the column", "Garder la colonne", true)], suits: texts },
  merge: { words: w("Join columns", "Réunir des colonnes"), icon: "columns-3", group: "columns", about: w("Puts several columns into one; empty ones are passed over.", "Met plusieurs colonnes en une ; les vides sont passées."), fields: [columns, text("with", "Between them", "Entre elles", true), into(), flag("keep", "Keep the columns", "Garder les colonnes", true)] },
  extract: { words: w("Extract by pattern", "Extraire par motif"), icon: "code", group: "columns", about: w("What a regular expression finds; each group (…) into a column.", "Ce que trouve une expression régulière ; chaque groupe (…) dans une colonne."), fields: [column, text("pattern", "Pattern", "Motif"), { key: "into", kind: "list", words: w("New columns", "Nouvelles colonnes") }], suits: texts },
  trim: { words: w("Trim blanks", "Ôter les blancs"), icon: "type", group: "values", about: w("Takes away blanks before and after texts.", "Ôte les blancs avant et après les textes."), fields: [columns, flag("blank_to_null", "Nothing left means empty", "S'il ne reste rien, la cellule est vide")], suits: texts },
  case: { words: w("Upper and lower case", "Majuscules et minuscules"), icon: "type", group: "values", about: w("Writes texts in one case.", "Écrit les textes dans une seule casse."), fields: [columns, choice("to", "Case", "Casse", ["lower", "lower case", "minuscules"], ["upper", "UPPER CASE", "MAJUSCULES"], ["title", "Every Word", "Chaque Mot"], ["sentence", "First letter only", "Première lettre seule"])], suits: texts },
  normalise: { words: w("Normalise texts", "Normaliser les textes"), icon: "type", group: "values", about: w("Accents, double blanks and signs.", "Accents, blancs doubles et signes."), fields: [columns, flag("accents", "Remove accents", "Ôter les accents", true), flag("blanks", "One blank between words", "Un seul blanc entre les mots", true), flag("punctuation", "Remove signs", "Ôter les signes")], suits: texts },
  parse_date: { words: w("Read dates", "Lire des dates"), icon: "calendar", group: "values", about: w("%d day, %m month, %Y year, %H:%M time. What cannot be read becomes empty.", "%d jour, %m mois, %Y année, %H:%M heure. Ce qui ne peut être lu devient vide."), fields: [columns, { key: "formats", kind: "list", words: w("Formats, such as %d/%m/%Y", "Formats, par exemple %d/%m/%Y"), optional: true }, choice("to", "Result", "Résultat", ["date", "date", "date"], ["timestamp", "date and time", "date et heure"])], suits: texts },
  parse_number: { words: w("Read numbers", "Lire des nombres"), icon: "hash", group: "values", about: w("With their decimal sign, thousands and unit. What cannot be read becomes empty.", "Avec leur signe décimal, leurs milliers et leur unité. Ce qui ne peut être lu devient vide."), fields: [columns, choice("decimal", "Decimal sign", "Signe décimal", [".", "point: 1.5", "point : 1.5"], [",", "comma: 1,5", "virgule : 1,5"]), text("thousands", "Between thousands", "Entre les milliers", true), { key: "unit", kind: "list", words: w("Units to remove", "Unités à ôter"), optional: true }], suits: texts },
  replace: { words: w("Replace", "Remplacer"), icon: "pencil", group: "values", about: w("Finds a text and puts another in its place.", "Trouve un texte et en met un autre à sa place."), fields: [columns, text("find", "Find", "Chercher"), text("with", "Replace with", "Remplacer par", true), flag("whole", "Whole cells only", "Cellules entières seulement"), flag("regex", "Regular expression", "Expression régulière"), flag("ignore_case", "Ignore case", "Ignorer la casse")] },
  map: { words: w("Translate values", "Traduire des valeurs"), icon: "arrow-right", group: "values", about: w("A table of values: old and new.", "Une table de valeurs : anciennes et nouvelles."), fields: [column, { key: "values", kind: "map", words: w("Value → new value", "Valeur → nouvelle valeur") }, choice("other", "All others", "Toutes les autres", ["keep", "stay", "restent"], ["null", "become empty", "deviennent vides"])] },
  cluster: { words: w("Bring spellings together", "Réunir les orthographes"), icon: "layers", group: "values", about: w("Finds values that are the same written differently. What it found stands in the recipe and can be corrected.", "Trouve les valeurs identiques écrites différemment. Ce qu'elle a trouvé est dans la recette et peut être corrigé."), fields: [column, choice("method", "Alike by", "Semblables par", ["fingerprint", "words", "les mots"], ["ngram", "letter pairs", "les paires de lettres"], ["edit", "few letters apart", "peu de lettres d'écart"]), { key: "values", kind: "map", words: w("Spelling → value", "Orthographe → valeur") }], learns: always, suits: texts },
  fill: {
    words: w("Fill missing values", "Remplir les valeurs manquantes"), icon: "circle-dashed", group: "numbers", about: w("What is empty gets a value. What is learned from the data is learned anew at each run, and kept for predictions.", "Ce qui est vide reçoit une valeur. Ce qui est appris des données est réappris à chaque exécution, et gardé pour les prédictions."),
    fields: [columns, choice("method", "With", "Avec", ["value", "a value", "une valeur"], ["mean", "the mean", "la moyenne"], ["median", "the median", "la médiane"], ["mode", "the commonest value", "la valeur la plus fréquente"], ["forward", "the value before", "la valeur précédente"], ["model", "what the other columns say", "ce que disent les autres colonnes"]), { ...text("value", "Value", "Valeur"), when: is("method", "value", "") }, { key: "by", kind: "columns", words: w("In groups of (optional)", "Par groupes de (facultatif)"), optional: true, when: is("method", "mean", "median", "mode", "forward") }, { key: "order", kind: "columns", words: w("In the order of (optional)", "Dans l'ordre de (facultatif)"), optional: true, when: is("method", "forward") }],
    learns: (step) => step["method"] === "model",
  },
  outliers: {
    words: w("Treat outliers", "Traiter les valeurs extrêmes"), icon: "activity", group: "numbers", about: w("Values far from the others.", "Les valeurs loin des autres."),
    fields: [columns, choice("method", "Limits from", "Limites d'après", ["iqr", "quartiles", "les quartiles"], ["zscore", "standard deviations", "les écarts types"], ["quantile", "quantiles", "les quantiles"]), { key: "factor", kind: "number", words: w("How far", "Distance"), optional: true, min: 0, step: 0.1, when: is("method", "iqr", "zscore", "") }, { key: "low", kind: "number", words: w("Lowest share", "Part basse"), optional: true, min: 0, max: 1, step: 0.01, when: is("method", "quantile") }, { key: "high", kind: "number", words: w("Highest share", "Part haute"), optional: true, min: 0, max: 1, step: 0.01, when: is("method", "quantile") }, choice("action", "Then", "Ensuite", ["clip", "bring them to the limit", "les ramener à la limite"], ["flag", "mark them in a new column", "les marquer dans une nouvelle colonne"], ["drop", "remove their rows", "retirer leurs lignes"])], suits: numbers,
  },
  bin: { words: w("Make classes", "Faire des classes"), icon: "rows-3", group: "numbers", about: w("Numbers become classes 1, 2, 3 …, or those you name.", "Les nombres deviennent des classes 1, 2, 3 …, ou celles que vous nommez."), fields: [column, choice("method", "Classes of", "Classes", ["width", "equal width", "de même largeur"], ["quantile", "equal size", "de même effectif"], ["edges", "limits of my own", "selon mes limites"]), { key: "bins", kind: "number", words: w("How many", "Combien"), min: 2, max: 100, fallback: 5, when: is("method", "width", "quantile", "") }, { key: "edges", kind: "list", words: w("Limits", "Limites"), when: is("method", "edges") }, { key: "labels", kind: "list", words: w("Names (optional)", "Noms (facultatif)"), optional: true }, into(true)], suits: numbers },
  scale: { words: w("Scale", "Mettre à l'échelle"), icon: "gauge", group: "numbers", about: w("Brings numbers to one scale.", "Ramène les nombres à une même échelle."), fields: [columns, choice("method", "To", "Vers", ["standard", "mean 0, deviation 1", "moyenne 0, écart type 1"], ["minmax", "0 to 1", "0 à 1"], ["robust", "median and quartiles", "médiane et quartiles"])], suits: numbers },
  filter: { words: w("Keep rows", "Garder des lignes"), icon: "filter", group: "rows", about: w("Only rows that meet the conditions.", "Seulement les lignes qui remplissent les conditions."), fields: [{ key: "conditions", kind: "conditions", words: w("Conditions", "Conditions") }] },
  drop_rows: { words: w("Remove rows", "Retirer des lignes"), icon: "ban", group: "rows", about: w("All rows but those that meet the conditions.", "Toutes les lignes sauf celles qui remplissent les conditions."), fields: [{ key: "conditions", kind: "conditions", words: w("Conditions", "Conditions") }] },
  deduplicate: { words: w("Remove duplicates", "Retirer les doublons"), icon: "copy", group: "rows", about: w("Of rows that are the same, one stays.", "De lignes identiques, une seule reste."), fields: [{ key: "keys", kind: "columns", words: w("Same in (all columns when empty)", "Identiques dans (toutes si vide)"), optional: true }, choice("keep", "Keep", "Garder", ["first", "the first", "la première"], ["last", "the last", "la dernière"]), { key: "order", kind: "columns", words: w("In the order of (optional)", "Dans l'ordre de (facultatif)"), optional: true }, { key: "fuzzy", kind: "column", words: w("Nearly the same text in (optional)", "Texte presque identique dans (facultatif)"), optional: true }, { key: "threshold", kind: "number", words: w("How alike, 0.5 to 1", "Ressemblance, 0,5 à 1"), optional: true, min: 0.5, max: 1, step: 0.01, when: (step) => Boolean(step["fuzzy"]) }] },
  sample: { words: w("Take a sample", "Prendre un échantillon"), icon: "circle-dot", group: "rows", about: w("The same rows at every run.", "Les mêmes lignes à chaque exécution."), fields: [{ key: "rows", kind: "number", words: w("Rows", "Lignes"), optional: true, min: 1 }, { key: "percent", kind: "number", words: w("Or per cent", "Ou pour cent"), optional: true, min: 0, max: 100 }] },
  sort: { words: w("Sort", "Trier"), icon: "arrow-up-down", group: "rows", about: w("Rows in order.", "Les lignes dans l'ordre."), fields: [{ key: "by", kind: "order", words: w("By", "Par") }] },
  edit: { words: w("Edits by hand", "Modifications à la main"), icon: "pencil", group: "rows", about: w("Double-click a cell of the last step to change it. Each row is known by its key.", "Double-cliquez une cellule de la dernière étape pour la changer. Chaque ligne est connue par sa clé."), fields: [{ key: "rows", kind: "edits", words: w("Edited rows", "Lignes modifiées") }] },
  join: { words: w("Join a table", "Joindre une table"), icon: "link", group: "tables", about: w("Columns of another table beside these.", "Les colonnes d'une autre table à côté de celles-ci."), fields: [{ key: "table", kind: "table", words: w("Table", "Table") }, { key: "on", kind: "pairs", words: w("Where", "Où") }, { key: "columns", kind: "list", words: w("Its columns to add", "Ses colonnes à ajouter") }, text("prefix", "Before their names", "Devant leur nom", true), choice("how", "Rows without match", "Lignes sans correspondance", ["left", "stay", "restent"], ["inner", "go", "partent"])] },
  append: { words: w("Append a table", "Ajouter une table dessous"), icon: "layers", group: "tables", about: w("The rows of another table below, columns by their names.", "Les lignes d'une autre table dessous, colonnes par leur nom."), fields: [{ key: "table", kind: "table", words: w("Table", "Table") }] },
  group: { words: w("Group and sum up", "Grouper et résumer"), icon: "sigma", group: "tables", about: w("One row for each group.", "Une ligne par groupe."), fields: [{ key: "by", kind: "columns", words: w("For each", "Pour chaque"), optional: true }, { key: "measures", kind: "measures", words: w("Show", "Montrer") }] },
  pivot: { words: w("Values to columns", "Valeurs en colonnes"), icon: "columns-3", group: "tables", about: w("A column for each value, a row for each of the others.", "Une colonne par valeur, une ligne pour chacune des autres."), fields: [column, { key: "by", kind: "columns", words: w("A row for each", "Une ligne par") }, choice("function", "Show the", "Montrer", ["sum", "sum", "la somme"], ["avg", "mean", "la moyenne"], ["min", "least", "le minimum"], ["max", "most", "le maximum"], ["count", "count", "le nombre"]), { key: "of", kind: "column", words: w("Of", "De"), optional: true }, { key: "values", kind: "list", words: w("Values", "Valeurs") }], learns: always },
  unpivot: { words: w("Columns to rows", "Colonnes en lignes"), icon: "rows-3", group: "tables", about: w("A row for each of these columns: its name and its value.", "Une ligne pour chacune de ces colonnes : son nom et sa valeur."), fields: [columns, text("name", "Column of the names", "Colonne des noms", true), text("value", "Column of the values", "Colonne des valeurs", true)] },
};

/** A new step of a type, on a column where there is one. */
export function fresh(type: string, id: string, column?: Column): Step {
  const step: Step = { id, type };
  for (const field of types[type]!.fields) {
    if (field.kind === "columns" && field.key === "columns") step["columns"] = column ? [column.name] : [];
    else if (field.kind === "column" && !field.optional) step["column"] = column?.name ?? "";
    else if (field.kind === "choice") step[field.key] = field.options[0]![0];
    else if (field.kind === "number" && field.fallback !== undefined) step[field.key] = field.fallback;
    else if (field.kind === "flag" && field.fallback) step[field.key] = true;
    else if (field.kind === "conditions") step["conditions"] = [{ column: column?.name ?? "", op: type === "drop_rows" ? "null" : "not-null" }];
    else if (field.kind === "map" && field.key === "names") step["names"] = column ? { [column.name]: column.name } : {};
    else if (field.kind === "order") step["by"] = column ? [{ column: column.name, descending: false }] : [];
    else if (field.kind === "measures") step["measures"] = [{ function: "count" }];
  }
  if (type === "keep_columns" && column) step["columns"] = [column.name];
  if (type === "parse_date") step["formats"] = ["%d/%m/%Y"];
  if (type === "fill") step["method"] = column?.kind === "number" ? "median" : "mode";
  if (type === "derive") step["into"] = column ? `${column.name}_2` : "";
  if (type === "sample") step["percent"] = 10;
  return step;
}

/** Whether a step says enough to be tried. */
export function isWhole(step: Step): boolean {
  const filled = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 && value.every((item) => item !== "" ) : value !== null && typeof value === "object" ? Object.keys(value).length > 0 : value !== undefined && value !== "");
  if (step.type === "group") return filled(step["by"]) || filled(step["measures"]);
  if (step.type === "derive") return filled(step["formula"]) && (filled(step["into"]) || filled(step["column"]));
  if (step.type === "filter" || step.type === "drop_rows") return filled(step["where"]) || filled(step["conditions"]);
  if (step.type === "fill" && step["method"] === "model") return filled(step["tree"]);
  if (step.type === "sample") return filled(step["rows"]) !== filled(step["percent"]);
  return types[step.type]?.fields.every((field) => field.kind === "flag" || field.kind === "choice" || ("optional" in field && field.optional) || (field.when && !field.when(step)) || (field.kind === "number" && field.optional !== false) || filled(step[field.key] ?? (field.key === "columns" ? step["column"] : field.key === "column" ? step["columns"] : undefined))) ?? true;
}

/** The recipe as it is sent: without what is empty. */
export function asSent(recipe: Recipe): Recipe {
  const steps = recipe.steps.map((step) => Object.fromEntries(Object.entries(step).filter(([key, value]) => !(value === "" || value === undefined || value === null || (Array.isArray(value) && value.length === 0) || (key === "disabled" && value === false)))) as Step);
  return { table: recipe.table, ...(recipe.makes ? { makes: recipe.makes } : {}), ...(recipe.description ? { description: recipe.description } : {}), ...(recipe.tags?.length ? { tags: recipe.tags } : {}), steps };
}

/** A short stable id that no step has. */
export function newId(steps: readonly Step[]): string {
  for (let number = steps.length + 1; ; number++) if (!steps.some((step) => step.id === `s${number}`)) return `s${number}`;
}
