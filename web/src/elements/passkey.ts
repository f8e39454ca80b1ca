// <escale-passkey data-kind="create|get" data-options="/…">: makes or uses a passkey before the form around it is sent; the browser's answer goes
// along as the field "credential".
import { callJson } from "../api";
import { text } from "../language";
import { toast } from "../shell/shell";

type Json = Record<string, unknown>;

/** What is sent: everything that the server looks at, also from browsers and password managers whose own toJSON is missing or broken. */
export function credentialJson(credential: PublicKeyCredential): string {
  const answer = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const response: Json = { clientDataJSON: encode(answer.clientDataJSON) };
  if (answer.attestationObject) {
    response["attestationObject"] = encode(answer.attestationObject);
    response["transports"] = answer.getTransports?.() ?? [];
  } else {
    response["authenticatorData"] = encode(answer.authenticatorData);
    response["signature"] = encode(answer.signature);
    response["userHandle"] = answer.userHandle ? encode(answer.userHandle) : null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults?.() ?? {},
    response,
  });
}

/** Bytes as base64url. */
export function encode(bytes: ArrayBuffer): string {
  let binary = "";
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

class Passkey extends HTMLElement {
  readonly #onSubmit = (event: Event): void => {
    const form = event.currentTarget as HTMLFormElement;
    if (form.querySelector<HTMLInputElement>("input[name=credential]")) return; // the second time, with the answer
    event.preventDefault();
    event.stopImmediatePropagation();
    void this.#ask(form);
  };

  connectedCallback(): void {
    if (!("PublicKeyCredential" in window)) {
      this.hidden = true;
      return;
    }
    this.closest("form")?.addEventListener("submit", this.#onSubmit);
  }

  disconnectedCallback(): void {
    this.closest("form")?.removeEventListener("submit", this.#onSubmit);
  }

  async #ask(form: HTMLFormElement): Promise<void> {
    const button = this.querySelector("button");
    if (button) button.disabled = true;
    try {
      const options = await callJson<Json>(this.dataset["options"] ?? "", { method: "POST" });
      const credential = this.dataset["kind"] === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON) });
      if (!credential) return;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "credential";
      field.value = credentialJson(credential as PublicKeyCredential);
      form.append(field);
      if (button) button.disabled = false;
      form.requestSubmit();
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      toast(isRefused ? text({ en: "Cancelled", fr: "Annulé" }) : text({ en: "This did not work with a passkey: {0}", fr: "La clé d'accès n'a pas fonctionné : {0}" }, (error as Error).message));
    } finally {
      if (button) button.disabled = false;
    }
  }
}

customElements.define("escale-passkey", Passkey);
