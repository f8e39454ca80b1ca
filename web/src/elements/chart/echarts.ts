// ECharts, as far as our charts use it; the shapes of countries come when a map does.
import { BarChart, BoxplotChart, FunnelChart, HeatmapChart, LineChart, MapChart, PieChart, SankeyChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DataZoomInsideComponent, GeoComponent, GridComponent, LegendScrollComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { init, registerMap, use, type EChartsType } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([
  BarChart, BoxplotChart, FunnelChart, HeatmapChart, LineChart, MapChart, PieChart, SankeyChart, ScatterChart, AriaComponent, DataZoomInsideComponent, GeoComponent, GridComponent, LegendScrollComponent,
  TooltipComponent, VisualMapContinuousComponent, LabelLayout, CanvasRenderer, SVGRenderer,
]);

export { init, type EChartsType };

let loaded: "none" | "world" | "fine" = "none";

/** Has the shapes of all countries ready: coarse for the world, finer for a part of it. Natural Earth, public domain. */
export async function loadWorld(fineness: "world" | "fine"): Promise<void> {
  if (loaded === fineness || loaded === "fine") return;
  const [{ feature }, shapes] = await Promise.all([import("topojson-client"), fineness === "fine" ? import("world-atlas/countries-50m.json") : import("world-atlas/countries-110m.json")]);
  const topology = (shapes.default ?? shapes) as never as Parameters<typeof feature>[0];
  const world = feature(topology, topology.objects["countries"] as never) as unknown as { features: { id?: string; properties: Record<string, unknown> }[] };
  for (const country of world.features) country.properties = { ...country.properties, id: String(country.id ?? "") };
  registerMap("world", world as never);
  loaded = fineness;
}
