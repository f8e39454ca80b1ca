// ECharts, as far as our charts use it; the shapes of countries come when a map does (world.ts).
import { BarChart, BoxplotChart, FunnelChart, HeatmapChart, LineChart, MapChart, PieChart, SankeyChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DataZoomInsideComponent, GeoComponent, GridComponent, LegendScrollComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { init as start, registerLocale, use, type EChartsType } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { language } from "../../language";

use([
  BarChart, BoxplotChart, FunnelChart, HeatmapChart, LineChart, MapChart, PieChart, SankeyChart, ScatterChart, AriaComponent, DataZoomInsideComponent, GeoComponent, GridComponent, LegendScrollComponent,
  TooltipComponent, VisualMapContinuousComponent, LabelLayout, CanvasRenderer, SVGRenderer,
]);

// Months and days as the reader's language writes them; the rest of ECharts' own words we never show.
if (language === "fr") {
  const names = (part: Intl.DateTimeFormatOptions, of: number, at: (index: number) => number): string[] => Array.from({ length: of }, (_, index) => new Intl.DateTimeFormat("fr-FR", { ...part, timeZone: "UTC" }).format(at(index)));
  const [month, day] = [(index: number): number => Date.UTC(2024, index, 1), (index: number): number => Date.UTC(2024, 0, 7 + index)];
  registerLocale("FR", { time: { month: names({ month: "long" }, 12, month), monthAbbr: names({ month: "short" }, 12, month), dayOfWeek: names({ weekday: "long" }, 7, day), dayOfWeekAbbr: names({ weekday: "short" }, 7, day) } } as never);
}

/** A chart in the reader's language. */
export const init: typeof start = (host, theme, options) => start(host, theme, { ...options, locale: language.toUpperCase() });

export { type EChartsType };
