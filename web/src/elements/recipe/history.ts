// What was done, to be undone and done again. States are whole: recipes are small.
export class History<T> {
  private readonly past: string[] = [];
  private future: string[] = [];
  private now: string;
  private lastKind = "";

  constructor(state: T) {
    this.now = JSON.stringify(state);
  }

  get canUndo(): boolean { return this.past.length > 0; }

  get canRedo(): boolean { return this.future.length > 0; }

  /** Notes a state; what is typed into one field is one act. */
  note(state: T, kind = ""): void {
    const next = JSON.stringify(state);
    if (next === this.now) return;
    if (!(kind && kind === this.lastKind && this.past.length > 0)) this.past.push(this.now);
    if (this.past.length > 200) this.past.shift();
    this.now = next;
    this.future = [];
    this.lastKind = kind;
  }

  undo(): T | undefined { return this.move(this.past, this.future); }

  redo(): T | undefined { return this.move(this.future, this.past); }

  private move(from: string[], to: string[]): T | undefined {
    const state = from.pop();
    if (state === undefined) return undefined;
    to.push(this.now);
    this.now = state;
    this.lastKind = "";
    return JSON.parse(state) as T;
  }
}
