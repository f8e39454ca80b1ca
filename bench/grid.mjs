// How long after a jump to any row its rows stand on the screen: server, network on loopback, and Chromium's drawing together.
// node grid.mjs ADDRESS TABLE E-MAIL PASSWORD [JUMPS]; needs playwright-core beside it (npm install --no-save playwright-core) and Chromium.
import { chromium } from "playwright-core";

const [address, table, email, password, jumps = "60"] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1360, height: 850 } });
await page.goto(`${address}/sign-in?return=/tables/${table}/rows`);
await page.fill("[name=email]", email);
await page.fill("[name=password]", password);
await page.click("button[type=submit]");
await page.waitForSelector(".grid-row .grid-cell:not(.waiting)");
await page.waitForTimeout(1500);

const times = await page.evaluate(async (count) => {
  const grid = document.querySelector("escale-grid");
  const total = Number(grid.querySelector(".grid-view").getAttribute("aria-rowcount")) - 1;
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const times = [];
  for (let jump = 0; jump < count; jump++) {
    const row = Math.floor(random() * (total - 100));
    const start = performance.now();
    grid.goTo(row);
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const first = grid.querySelector(`[aria-rowindex="${row + 2}"]:not([hidden])`);
      if (first && !grid.querySelector(".grid-row:not([hidden]) .waiting")) break;
    }
    await new Promise((resolve) => requestAnimationFrame(resolve)); // drawn, and shown
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return times;
}, Number(jumps));

times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(0);
console.log(`${times.length} jumps: median ${at(0.5)} ms, p95 ${at(0.95)} ms, slowest ${at(1)} ms`);
await browser.close();
