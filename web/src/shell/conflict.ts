// Somebody else saved meanwhile: what they did and what was done here are both kept until one chooses.
import { text } from "../language";

/** Asks what to do; "stay" when the question was put away. */
export function askConflict(message: string): Promise<"theirs" | "copy" | "stay"> {
  return new Promise((resolve) => {
    const box = document.createElement("dialog");
    box.className = "conflict";
    const heading = Object.assign(document.createElement("h2"), { textContent: text({ en: "Changed by somebody else meanwhile", fr: "Modifié par quelqu'un d'autre entre-temps" }) });
    const words = Object.assign(document.createElement("p"), { className: "soft", textContent: message });
    box.setAttribute("aria-label", heading.textContent);
    let chosen: "theirs" | "copy" | "stay" = "stay";
    const choice = (what: "theirs" | "copy" | "stay", label: string, about: string, look: string): HTMLElement => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: `conflict-choice ${look}` });
      button.append(Object.assign(document.createElement("b"), { textContent: label }), Object.assign(document.createElement("span"), { className: "soft", textContent: about }));
      button.addEventListener("click", () => {
        chosen = what;
        box.close();
      });
      return button;
    };
    const body = document.createElement("div");
    body.className = "card-body stack";
    body.append(
      heading, words,
      choice("copy", text({ en: "Keep mine as a copy", fr: "Garder la mienne comme copie" }), text({ en: "Yours is saved under a new name; theirs stays as it is.", fr: "La vôtre est enregistrée sous un nouveau nom ; la leur reste telle quelle." }), "first"),
      choice("theirs", text({ en: "Load theirs", fr: "Charger la leur" }), text({ en: "Your changes are given up.", fr: "Vos modifications sont abandonnées." }), ""),
      choice("stay", text({ en: "Not now", fr: "Pas maintenant" }), text({ en: "Nothing is saved; you keep editing.", fr: "Rien n'est enregistré ; vous continuez à modifier." }), ""),
    );
    box.append(body);
    box.addEventListener("close", () => {
      box.remove();
      resolve(chosen);
    });
    document.body.append(box);
    box.showModal();
  });
}

/** The title of a copy. */
export const copyTitle = (title: string): string => text({ en: "{0} (copy)", fr: "{0} (copie)" }, title);
