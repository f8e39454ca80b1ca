// What was done, for undo and redo: whole states, which are small.
export class History<T> {
  private past: T[] = [];
  private future: T[] = [];

  constructor(private now: T, private readonly most = 100) {}

  get value(): T {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  push(value: T): void {
    this.past = [...this.past, this.now].slice(-this.most);
    this.now = value;
    this.future = [];
  }

  undo(): T {
    const last = this.past.pop();
    if (last !== undefined) {
      this.future.push(this.now);
      this.now = last;
    }
    return this.now;
  }

  redo(): T {
    const next = this.future.pop();
    if (next !== undefined) {
      this.past.push(this.now);
      this.now = next;
    }
    return this.now;
  }
}
