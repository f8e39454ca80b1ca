// Where tiles stand: whole cells, none on another, nothing floating. Pure.
import type { Place } from "./types";

export type Placed = { id: string; at: Place };

const meets = (a: Place, b: Place): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Puts the tiles as high as they go, in reading order; the fixed one keeps its place before the others where they meet. */
export function settle(tiles: readonly Placed[], fixed?: string): Map<string, Place> {
  const order = [...tiles].sort((a, b) => a.at.y - b.at.y || Number(b.id === fixed) - Number(a.id === fixed) || a.at.x - b.at.x);
  const done: Placed[] = [];
  for (const tile of order) {
    const at = { ...tile.at };
    while (at.y > 0 && !done.some((other) => meets({ ...at, y: at.y - 1 }, other.at))) at.y--;
    while (done.some((other) => meets(at, other.at))) at.y++;
    done.push({ id: tile.id, at });
  }
  return new Map(done.map((tile) => [tile.id, tile.at]));
}

/** A tile at another place or of another size, within the width; the others make room. */
export function place(tiles: readonly Placed[], id: string, wanted: Place, columns: number): Map<string, Place> {
  const w = Math.min(columns, Math.max(2, wanted.w));
  const at = { x: Math.min(columns - w, Math.max(0, wanted.x)), y: Math.max(0, wanted.y), w, h: Math.min(200, Math.max(2, wanted.h)) };
  const old = tiles.find((tile) => tile.id === id)?.at;
  // Going down past a neighbour: its lower half is the border, otherwise both would only push each other back.
  const moved = tiles.map((tile) => (tile.id === id ? { id, at } : tile));
  if (old && at.y > old.y) {
    const below = moved.filter((tile) => tile.id !== id && tile.at.y >= old.y + old.h && meets(tile.at, at));
    const lifted = new Set(below.map((tile) => tile.id));
    return settle(moved.map((tile) => (lifted.has(tile.id) ? { id: tile.id, at: { ...tile.at, y: Math.max(0, tile.at.y - old.h) } } : tile)), id);
  }
  return settle(moved, id);
}

/** A free place for a new tile: under all others. */
export function below(tiles: readonly Placed[], w: number, h: number): Place {
  return { x: 0, y: tiles.reduce((most, tile) => Math.max(most, tile.at.y + tile.at.h), 0), w, h };
}

/** The tiles as one reads them: from the top, from the left. */
export const inOrder = <T extends { at: Place }>(tiles: readonly T[]): T[] => [...tiles].sort((a, b) => a.at.y - b.at.y || a.at.x - b.at.x);
