// CodeMirror as the SQL editor, in a shadow root: its styles are adopted style sheets there, which the page's policy allows.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { PostgreSQL, sql, SQLDialect, type SQLNamespace } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, type Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { language, text } from "../../language";

export type Names = { table: string; columns: { name: string; type: string }[] }[];
export type Actions = { run(): void; runAll(): void; format(): void; changed(): void };

// What DuckDB's SELECT knows: the dialect's own list names hundreds of words of PostgreSQL's administration, which would be offered first.
const keywords = `select from where group by having order limit offset distinct all as with recursive union intersect except case when then else end and or not in is null like ilike similar to between exists any some
  join left right full inner outer cross on using natural lateral asof semi anti positional asc desc nulls first last over partition window rows range groups preceding following unbounded current row filter within qualify
  pivot unpivot summarize describe show explain analyze sample tablesample exclude replace rename columns values true false cast try_cast extract interval at time zone collate escape default grouping sets cube rollup
  macro table array struct map materialized set reset`;

const duckdb = SQLDialect.define({ ...PostgreSQL.spec, keywords });

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-3)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 55%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--selected)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "6px", boxShadow: "var(--shadow-l)", overflow: "hidden" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", fontFamily: "var(--mono)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--selected)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--ink-3)", fontStyle: "normal", marginLeft: "12px" },
  ".cm-diagnostic": { padding: "6px 10px", borderLeft: "3px solid var(--bad)", whiteSpace: "pre-wrap", maxWidth: "60ch" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  ".cm-placeholder": { color: "var(--ink-3)" },
  ".cm-matchingBracket": { backgroundColor: "var(--accent-soft) !important", outline: "none" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--chart-1)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--chart-5)" },
  { tag: tags.typeName, color: "var(--chart-4)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--ink-3)", fontStyle: "italic" },
  { tag: tags.operator, color: "var(--ink-2)" },
]);

const french = {
  "Control character": "Caractère de contrôle", Find: "Chercher", Replace: "Remplacer", next: "suivant", previous: "précédent", all: "tous", "match case": "respecter la casse", "by word": "mot entier", regexp: "expression régulière", replace: "remplacer", "replace all": "tout remplacer", close: "fermer",
};

// Who types over a selection: Chromium would keep its colours in a style attribute, which the page's policy forbids. So it is done here.
function overwrite(event: InputEvent, view: EditorView): boolean {
  const { data } = event;
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || data === null || empty || view.composing) return false;
  event.preventDefault();
  const insert = (): Transaction => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
  return true;
}

export class SqlEditor {
  readonly view: EditorView;
  private readonly names = new Compartment();

  constructor(host: HTMLElement, doc: string, actions: Actions) {
    const root = host.attachShadow({ mode: "open" });
    const own = document.createElement("div");
    root.append(own);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":host, :host > div { display: block; height: 100%; min-height: 0; }");
    root.adoptedStyleSheets = [sheet];
    const act = (what: () => void) => () => {
      closeCompletion(this.view);
      what();
      return true;
    };
    this.view = new EditorView({
      root, parent: own,
      state: EditorState.create({
        doc,
        extensions: [
          Prec.highest(keymap.of([
            { key: "Mod-Enter", run: act(actions.run) }, { key: "Mod-Shift-Enter", run: act(actions.runAll) }, { key: "Shift-Alt-f", run: act(actions.format) }, { key: "Tab", run: acceptCompletion },
          ])),
          lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion({ activateOnTyping: true, maxRenderedOptions: 60, icons: false }), highlightActiveLine(), highlightSelectionMatches(), lintGutter(),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
          this.names.of(sql({ dialect: duckdb })), look, syntaxHighlighting(colours), EditorView.lineWrapping, EditorState.phrases.of(language === "fr" ? french : {}),
          EditorView.contentAttributes.of({ "aria-label": text({ en: "SQL; Ctrl-Enter runs, Escape then Tab leaves", fr: "SQL ; Ctrl-Entrée exécute, Échap puis Tab pour sortir" }) }),
          placeholder("select …"),
          EditorView.domEventHandlers({ beforeinput: overwrite }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) actions.changed();
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(sql: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: sql }, selection: { anchor: Math.min(sql.length, this.view.state.selection.main.anchor) } });
  }

  /** What is selected, or where the cursor is. */
  get selection(): { from: number; to: number } {
    const { from, to } = this.view.state.selection.main;
    return { from, to };
  }

  insert(words: string): void {
    this.view.dispatch(this.view.state.replaceSelection(words));
    this.view.focus();
  }

  /** Knows these tables and columns from now on, also under their aliases. */
  know(names: Names): void {
    const schema: Record<string, SQLNamespace> = {};
    for (const { table, columns } of names) {
      const [folder, name] = table.split(".") as [string, string];
      const inner = (schema[folder] ??= {}) as Record<string, SQLNamespace>;
      inner[name] = columns.map((column) => ({ label: column.name, type: "property", detail: column.type.toLowerCase() }));
    }
    this.view.dispatch({ effects: this.names.reconfigure(sql({ dialect: duckdb, schema })) });
  }

  /** Underlines what is wrong, to the end of its word. */
  mark(at: number | null, message = ""): void {
    const doc = this.text;
    const end = at === null ? 0 : at + (/^\w+|^./.exec(doc.slice(at))?.[0].length ?? 0);
    const found: Diagnostic[] = at === null ? [] : [{ from: Math.min(at, doc.length), to: Math.min(Math.max(end, at), doc.length), severity: "error", message }];
    this.view.dispatch(setDiagnostics(this.view.state, found));
    if (at !== null) this.view.dispatch({ effects: EditorView.scrollIntoView(Math.min(at, doc.length), { y: "center" }) });
  }

  destroy(): void {
    this.view.destroy();
  }
}
