// Words in both languages side by side: text({ en: "…", fr: "…" }). A language that is missing does not compile.
export type Words = { readonly en: string; readonly fr: string };

/** The language that a page is written in. */
export const languageOf = (page: Document): "en" | "fr" => (page.documentElement.lang === "fr" ? "fr" : "en");

export const language = languageOf(document);

export function text(words: Words, ...values: readonly (string | number)[]): string {
  return (language === "fr" ? bound(words.fr) : words.en).replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)] ?? ""));
}

// French punctuation never begins a line.
const bound = (words: string): string => words.replace(/ ([:;?!»])/g, "\u00a0$1").replaceAll("« ", "«\u00a0");

const locale = language === "fr" ? "fr-FR" : "en-US";
const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const exactMoments = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const ages = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });

export const formatNumber = (value: number | bigint): string => numbers.format(value);
export const formatMoment = (moment: Date): string => moments.format(moment);
export const formatExactMoment = (moment: Date): string => exactMoments.format(moment);

/** How long ago, in the largest unit that fits: "3 hr. ago", "il y a 3 h". */
export function formatAge(moment: Date, now = Date.now()): string {
  const seconds = (moment.getTime() - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return ages.format(Math.round(seconds / length), unit);
  }
  return ages.format(Math.round(seconds), "second");
}
