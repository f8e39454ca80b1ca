// Keeping a query: as a question, or as a SQL model, which is a file of the project.
import { visit } from "@hotwired/turbo";
import { base, callJson, explain } from "../../api";
import { text } from "../../language";
import { toast } from "../../shell/shell";
import { ask } from "./parts";

const cancel = (): string => text({ en: "Cancel", fr: "Annuler" });
const go = (): string => text({ en: "Save", fr: "Enregistrer" });

export async function saveQuestion(sql: string): Promise<void> {
  let id = "";
  await ask(text({ en: "Save as a question", fr: "Enregistrer comme question" }), [
    { name: "title", label: text({ en: "Title", fr: "Titre" }), hint: text({ en: "What it answers, such as: How long do ships wait?", fr: "Ce à quoi elle répond, par exemple : combien de temps les navires attendent-ils ?" }) },
    { name: "description", label: text({ en: "Description", fr: "Description" }), area: true, optional: true },
  ], go(), cancel(), async ({ title, description }) => {
    try {
      id = (await callJson<{ id: string }>("/api/v1/questions", { method: "POST", body: JSON.stringify({ title, description, sql }) })).id;
      return null;
    } catch (error) {
      return explain(error);
    }
  });
  if (id) visit(`${base}/questions/${id}`);
}

export async function saveModel(sql: string): Promise<void> {
  const sent = await ask(text({ en: "Save as a transformation", fr: "Enregistrer comme transformation" }), [
    { name: "name", label: text({ en: "Name", fr: "Nom" }), hint: text({ en: "Small letters, digits and underscores: it becomes the table's name.", fr: "Minuscules, chiffres et tirets bas : ce sera le nom de la table." }) },
    { name: "folder", label: text({ en: "Folder under models/", fr: "Dossier sous models/" }), value: "gold", optional: true },
  ], go(), cancel(), async ({ name, folder }) => {
    try {
      await callJson("/api/v1/sql/models", { method: "POST", body: JSON.stringify({ name, folder, sql }) });
      return null;
    } catch (error) {
      return explain(error);
    }
  });
  if (sent) toast(text({ en: "Saved in models/. Run it to make its table.", fr: "Enregistrée dans models/. Exécutez-la pour créer sa table." }));
}
