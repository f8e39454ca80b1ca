// Every page loads this file and nothing else; the rich surfaces follow when they are on the page.
import "./styles/main.css";
import "@hotwired/turbo";
import { register, watchElements } from "./elements";
import { language, languageOf } from "./language";
import { showMoments } from "./shell/moments";
import { showChosen, watchScrolling } from "./shell/scrolling";
import { startShell } from "./shell/shell";

register("escale-run", () => import("./elements/run"));
register("escale-passkey", () => import("./elements/passkey"));
register("escale-chart", () => import("./elements/chart"));
register("escale-canvas", () => import("./elements/canvas"));
register("escale-sql", () => import("./elements/sql"));
register("escale-question", () => import("./elements/question"));
register("escale-builder", () => import("./elements/builder"));
register("escale-drop", () => import("./elements/drop"));
register("escale-upload", () => import("./elements/upload"));
register("escale-recipe", () => import("./elements/recipe"));
register("escale-grid", () => import("./elements/grid"));
register("escale-profile", () => import("./elements/profile"));
register("escale-training", () => import("./elements/training"));
register("escale-refresh", () => import("./elements/refresh"));
register("escale-threshold", () => import("./elements/threshold"));
register("escale-try", () => import("./elements/try"));
register("escale-cells", () => import("./elements/cells"));
register("escale-lineage", () => import("./elements/lineage"));

startShell();
watchElements();
for (const look of [showMoments, watchScrolling, showChosen]) {
  look();
  for (const event of ["turbo:render", "turbo:frame-render"]) document.addEventListener(event, () => look());
}
// Who signs in may read another language than the page before: the scripts begin anew in theirs.
document.addEventListener("turbo:load", () => {
  if (languageOf(document) !== language) location.reload();
});
setInterval(() => showMoments(), 30_000);
