// <time data-moment="age|full" datetime="…Z">: the server writes UTC, here it becomes the reader's own zone.
import { formatAge, formatExactMoment, formatMoment } from "../language";

export function showMoments(root: ParentNode = document): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-moment]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    element.textContent = element.dataset["moment"] === "age" ? formatAge(moment) : formatMoment(moment);
    element.title = formatExactMoment(moment);
  }
}
