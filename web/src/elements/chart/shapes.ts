// Which shapes of countries a map needs; world.ts fetches them.

/** West, south, east, north, in degrees. */
export type Box = readonly [number, number, number, number];
export type Shapes = { name: string; fineness: "world" | "fine" | "near"; around?: Box };

/** The shapes that a map of this part of the world needs. */
export function shapesFor(box: Box): Shapes {
  const [west, south, east, north] = box;
  const width = Math.max(east - west, north - south);
  if (width >= 60) return { name: "world", fineness: "world" };
  if (width >= 6) return { name: "world-fine", fineness: "fine" };
  // A little more than is seen, in steps, so that the next rows of the same place find it there.
  const around: Box = [Math.floor(west - width), Math.floor(south - width), Math.ceil(east + width), Math.ceil(north + width)];
  return { name: `near ${around.join(" ")}`, fineness: "near", around };
}
