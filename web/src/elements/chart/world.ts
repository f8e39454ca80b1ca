// The shapes of countries for maps: coarse for the world, finer for a part of it, finest for a coast from near. Natural Earth, public domain.
import { registerMap } from "echarts/core";
import near from "world-atlas/countries-10m.json?url";
import type { Box, Shapes } from "./shapes";

type Ring = [number, number][];
export type Country = { type: "Feature"; id?: string; properties: Record<string, unknown>; geometry: { type: "Polygon"; coordinates: Ring[] } | { type: "MultiPolygon"; coordinates: Ring[][] } };

const registered = new Set<string>();
const antarctica = "010"; // goes around a pole, which no flat map shows, and has no statistics

/** Has them ready under their name. */
export async function loadShapes(shapes: Shapes): Promise<void> {
  if (registered.has(shapes.name)) return;
  const [{ feature }, topology] = await Promise.all([import("topojson-client"), read(shapes.fineness)]);
  const world = feature(topology as never, (topology as { objects: Record<string, unknown> }).objects["countries"] as never) as unknown as { type: string; features: Country[] };
  const whole = world.features.filter((country) => country.id !== antarctica).map(unbroken);
  const features = shapes.around ? within(whole, shapes.around) : whole;
  for (const country of features) country.properties = { ...country.properties, id: String(country.id ?? "") };
  registerMap(shapes.name, { type: "FeatureCollection", features } as never);
  registered.add(shapes.name);
}

// The finest are many megabytes once read: they are fetched, cut to what is seen, and let go.
async function read(fineness: Shapes["fineness"]): Promise<unknown> {
  if (fineness === "near") return (await fetch(near)).json();
  const shapes = fineness === "fine" ? await import("world-atlas/countries-50m.json") : await import("world-atlas/countries-110m.json");
  return shapes.default ?? shapes;
}

/** A country that reaches over the date line goes on beyond 180 degrees, where it would else be drawn across the whole map. */
export function unbroken(country: Country): Country {
  const mend = (ring: Ring): Ring => {
    if (!ring.some(([x], at) => at > 0 && Math.abs(x - ring[at - 1]![0]) > 180)) return ring;
    return ring.map(([x, y]) => [x < 0 ? x + 360 : x, y]);
  };
  const polygons = country.geometry.type === "Polygon" ? [country.geometry.coordinates] : country.geometry.coordinates;
  return { ...country, geometry: { type: "MultiPolygon", coordinates: polygons.map((polygon) => polygon.map(mend)) } };
}

/** The parts of countries that reach into a box. */
export function within(countries: readonly Country[], [west, south, east, north]: Box): Country[] {
  const reaches = (polygon: Ring[]): boolean => {
    let [left, bottom, right, top] = [180, 90, -180, -90];
    for (const [x, y] of polygon[0] ?? []) [left, bottom, right, top] = [Math.min(left, x), Math.min(bottom, y), Math.max(right, x), Math.max(top, y)];
    return left <= east && right >= west && bottom <= north && top >= south;
  };
  return countries.flatMap((country) => {
    const polygons = (country.geometry.type === "Polygon" ? [country.geometry.coordinates] : country.geometry.coordinates).filter(reaches);
    return polygons.length > 0 ? [{ ...country, geometry: { type: "MultiPolygon" as const, coordinates: polygons } }] : [];
  });
}
