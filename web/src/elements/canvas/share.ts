// Links that open a dashboard to people who are not signed in; and the dashboard as a file and a call.
import { base, call, callJson, explain } from "../../api";
import { formatMoment, text } from "../../language";
import { button, dialog, field, part } from "./dom";

type Link = { id: number; created_by: string; created_at: string; expires_at: string };

export async function shareDialog(api: string): Promise<void> {
  const links = part("div", "stack-s");
  const made = part("div", "stack-s");
  const days = part("select", "select", [[1, text({ en: "1 day", fr: "1 jour" })], [7, text({ en: "7 days", fr: "7 jours" })], [30, text({ en: "30 days", fr: "30 jours" })], [365, text({ en: "1 year", fr: "1 an" })]].map(([value, words]) => new Option(String(words), String(value))));
  days.value = "30";
  const create = button(text({ en: "Make a link", fr: "Créer un lien" }), async () => {
    const answer = await guard(made, () => callJson<{ path: string }>(`${api}/shares`, { method: "POST", body: JSON.stringify({ days: Number(days.value) }) }));
    if (answer) {
      made.replaceChildren(part("p", "strong", text({ en: "Copy the link now: it is shown only once.", fr: "Copiez le lien maintenant : il n'est montré qu'une fois." })), copyLine(location.origin + answer.path));
      await list();
    }
  }, { className: "primary", icon: "link" });
  dialog(text({ en: "Share by link", fr: "Partager par lien" }), [
    part("p", "soft", text({ en: "Whoever has the link sees this dashboard, and nothing else, without signing in. They cannot change anything. A link can be taken back at any time.", fr: "Qui a le lien voit ce tableau de bord, et rien d'autre, sans se connecter. On ne peut rien y changer. Un lien peut être retiré à tout moment." })),
    part("div", "line share-make", [field(text({ en: "Open for", fr: "Ouvert pendant" }), days), create]), made, links,
  ], text({ en: "Close", fr: "Fermer" }));
  await list();

  async function list(): Promise<void> {
    const answer = await guard(links, () => callJson<{ links: Link[] }>(`${api}/shares`));
    if (!answer) return;
    links.replaceChildren(...(answer.links.length > 0 ? [part("h3", "", text({ en: "Open links", fr: "Liens ouverts" }))] : []), ...answer.links.map((link) =>
      part("div", "spread share-link", [
        part("span", "soft", text({ en: "{0}, until {1}", fr: "{0}, jusqu'au {1}" }, link.created_by, formatMoment(new Date(link.expires_at)))),
        button(text({ en: "Take back", fr: "Retirer" }), async () => {
          await guard(links, () => call(`${api}/shares/${link.id}`, { method: "DELETE" }));
          await list();
        }, { className: "small danger" }),
      ])));
  }
}

export async function codeDialog(api: string, id: string): Promise<void> {
  const file = part("pre", "canvas-code");
  dialog(text({ en: "As code", fr: "En code" }), [
    part("p", "soft", text({ en: "The file {0} of the project:", fr: "Le fichier {0} du projet :" }, `dashboards/${id}.yml`)), file,
    part("p", "soft", text({ en: "The same by the API:", fr: "La même chose par l'API :" })), copyLine(`curl -H "Authorization: Bearer $TOKEN" ${location.origin}${base}${api}/file`),
  ], text({ en: "Close", fr: "Fermer" }));
  const answer = await guard(file, () => call(`${api}/file`, { headers: { Accept: "application/yaml" } }));
  if (answer) file.textContent = await answer.text();
}

function copyLine(words: string): HTMLElement {
  const line = part("div", "code-line", [part("code", "grow clip", words)]);
  line.append(button(text({ en: "Copy", fr: "Copier" }), () => void navigator.clipboard.writeText(words), { icon: "copy", className: "plain small", bare: true }));
  return line;
}

async function guard<T>(place: HTMLElement, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    place.replaceChildren(part("p", "error lines", explain(error)));
    return undefined;
  }
}
