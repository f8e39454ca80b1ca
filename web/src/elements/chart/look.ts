// The tokens of the page as a canvas needs them: resolved colours in the theme that shows.
import { isDark } from "../../shell/theme";

export type Look = { ink: string; ink2: string; ink3: string; line: string; surface: string; raised: string; good: string; bad: string; warn: string; palette: string[]; ramp: [string, string]; font: string; dark: boolean; width: number };

export function lookOf(host: Element): Look {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const look: Look = {
    ink: colour("ink"), ink2: colour("ink-2"), ink3: colour("ink-3"), line: colour("line"), surface: colour("surface"), raised: colour("raised"), good: colour("good"), bad: colour("bad"), warn: colour("warn"),
    palette: Array.from({ length: 8 }, (_, at) => colour(`chart-${at + 1}`)), ramp: [colour("accent-soft"), colour("accent")], font: getComputedStyle(host).fontFamily, dark: isDark(), width: host.clientWidth || 800,
  };
  probe.remove();
  return look;
}
