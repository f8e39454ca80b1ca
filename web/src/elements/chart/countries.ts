// Which country a value names: ISO 3166 codes of two or three letters or digits, or a name in English or French.
import codes from "i18n-iso-countries/codes.json";

const byName = new Map<string, string>();

/** The three digits by which the shapes are known, or null. */
export function countryOf(value: unknown): string | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  if (byName.size === 0) {
    const names = ["en", "fr"].map((language) => new Intl.DisplayNames([language], { type: "region" }));
    for (const [two, three, digits] of codes as [string, string, string, string][]) {
      for (const name of [two, three, digits, String(Number(digits)), ...names.map((of) => of.of(two) ?? two)]) byName.set(plain(name), digits);
    }
  }
  return byName.get(plain(String(value))) ?? null;
}

const plain = (name: string): string => name.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
