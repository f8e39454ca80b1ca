// What a form of fields sends, and how an error of a field is found again. Pure, so that tests can read it.
export type Field = { name: string; type: "number" | "boolean" | "category" | "text" | "timestamp"; isRequired: boolean; choices: string[]; least: number | null; most: number | null };

/** The value of a field as JSON: null when nothing is written. Numbers may be written with a decimal comma. What is no number is sent as it is: the server says what is wrong. */
export function valueOf(field: Field, written: string): unknown {
  const trimmed = written.trim();
  if (trimmed === "") return null;
  if (field.type === "boolean") return trimmed === "true";
  if (field.type !== "number") return trimmed;
  const plain = trimmed.replace(/[\s\u202f\u00a0]/g, "").replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : trimmed;
}

/** The step of a slider over a range: about 200 places, at 1, 2 or 5 of a power of ten. */
export function stepOf(least: number, most: number): number {
  const raw = (most - least) / 200;
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * (raw / power >= 5 ? 5 : raw / power >= 2 ? 2 : 1);
}
