// Where the statements of a script are, and which parameters they ask for. Knows quotes, comments and dollar quotes, as the server does.
export type Statement = { from: number; to: number; text: string };

/** The script with quoted text and comments as spaces, each character where it stood. */
export function mask(sql: string): string {
  const plain = [...Array(sql.length)].map((_, at) => sql[at]!);
  for (let at = 0; at < sql.length; ) {
    const end = skip(sql, at);
    if (end > at + 1) for (let inside = at; inside < end; inside++) if (plain[inside] !== "\n") plain[inside] = " ";
    at = end;
  }
  return plain.join("");
}

function skip(sql: string, at: number): number {
  const letter = sql[at];
  if (letter === "'" || letter === '"') {
    const end = sql.indexOf(letter, at + 1);
    return end < 0 ? sql.length : end + 1;
  }
  if (sql.startsWith("--", at)) {
    const end = sql.indexOf("\n", at);
    return end < 0 ? sql.length : end;
  }
  if (sql.startsWith("/*", at)) {
    let [depth, end] = [0, at];
    do {
      const [opens, closes] = [sql.startsWith("/*", end), sql.startsWith("*/", end)];
      depth += opens ? 1 : closes ? -1 : 0;
      end += opens || closes ? 2 : 1;
    } while (depth > 0 && end < sql.length);
    return end;
  }
  const tag = letter === "$" && !/\w/.test(sql[at - 1] ?? "") ? /^\$([A-Za-z_]\w*)?\$/.exec(sql.slice(at, at + 80))?.[0] : undefined;
  if (tag) {
    const end = sql.indexOf(tag, at + tag.length);
    return end < 0 ? sql.length : end + tag.length;
  }
  return at + 1;
}

export function statementsOf(sql: string): Statement[] {
  const plain = mask(sql);
  const found: Statement[] = [];
  let start = 0;
  for (let at = 0; at <= plain.length; at++) {
    if (at < plain.length && plain[at] !== ";") continue;
    const text = sql.slice(start, at);
    const lead = text.length - text.trimStart().length;
    if (plain.slice(start, at).trim()) found.push({ from: start + lead, to: start + text.trimEnd().length, text: text.trim() });
    start = at + 1;
  }
  return found;
}

/** The statement in which the cursor stands, or that ends last before it. */
export function statementAt(sql: string, cursor: number): Statement | undefined {
  const all = statementsOf(sql);
  return all.find((one) => cursor <= one.to + 1) ?? all.at(-1);
}

/** The names written :name or $name, each once, in order. */
export function parametersOf(sql: string): string[] {
  const plain = mask(sql);
  const names: string[] = [];
  for (const match of plain.matchAll(/(?<!:):([A-Za-z_]\w*)|\$([A-Za-z_]\w*|\d+)/g)) {
    const before = sql[match.index - 1];
    if (match[1] !== undefined && before !== undefined && !/[\s(,=<>+\-*/%|!]/.test(before)) continue;
    const name = match[1] ?? match[2]!;
    if (!names.includes(name)) names.push(name);
  }
  return names;
}

/** A parameter's value as it was typed: a number, true, false, null, or text. */
export function valueOf(typed: string): string | number | boolean | null {
  const trimmed = typed.trim();
  if (/^(null|)$/i.test(trimmed)) return null;
  if (/^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === "true";
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(trimmed) ? Number(trimmed) : typed;
}

/** The place in the text of a line and column, both from 1. */
export function offsetOf(sql: string, line: number, column: number): number {
  let at = 0;
  for (let skipped = 1; skipped < line; skipped++) {
    const end = sql.indexOf("\n", at);
    if (end < 0) return sql.length;
    at = end + 1;
  }
  return Math.min(sql.length, at + column - 1);
}
