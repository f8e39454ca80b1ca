import { describe, expect, it } from "vitest";
import { credentialJson, encode } from "./passkey";

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

describe("a passkey's answer", () => {
  it("is base64url without padding", () => {
    expect(encode(bytes(251, 255, 190))).toBe("-_--");
    expect(encode(bytes(1))).toBe("AQ");
  });

  it("holds what the server looks at when one is used", () => {
    const credential = {
      id: "AQ", rawId: bytes(1), type: "public-key", authenticatorAttachment: "platform", getClientExtensionResults: () => ({}),
      response: { clientDataJSON: bytes(2), authenticatorData: bytes(3), signature: bytes(4), userHandle: bytes(5) },
    } as unknown as PublicKeyCredential;
    expect(JSON.parse(credentialJson(credential))).toEqual({
      id: "AQ", rawId: "AQ", type: "public-key", authenticatorAttachment: "platform", clientExtensionResults: {},
      response: { clientDataJSON: "Ag", authenticatorData: "Aw", signature: "BA", userHandle: "BQ" },
    });
  });

  it("holds the attestation when one is made", () => {
    const credential = {
      id: "AQ", rawId: bytes(1), type: "public-key", response: { clientDataJSON: bytes(2), attestationObject: bytes(3), getTransports: () => ["internal"] },
    } as unknown as PublicKeyCredential;
    expect(JSON.parse(credentialJson(credential)).response).toEqual({ clientDataJSON: "Ag", attestationObject: "Aw", transports: ["internal"] });
  });
});
