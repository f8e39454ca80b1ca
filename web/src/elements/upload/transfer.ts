// Sends files by the tus protocol: in pieces, going on after the connection was lost, also when the page was left and found again.
import { Upload } from "tus-js-client";
import { base, call } from "../../api";

export interface Begun {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly offset: number;
  readonly state: string;
}

const pieceBytes = 16 * 1024 * 1024;
const files = new Map<string, File>();

/** Keeps the file of an upload for the page that follows it. */
export const keep = (id: string, file: File): void => void files.set(id, file);

/** The file of an upload, when it was chosen in this tab. */
export const fileOf = (id: string): File | undefined => files.get(id);

export const forget = (id: string): void => void files.delete(id);

/** The name in Base64, as tus asks. */
export function metadata(name: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(name)) binary += String.fromCharCode(byte);
  return `filename ${btoa(binary)}`;
}

/** Begins an upload; its bytes follow with `send`. */
export async function begin(file: File): Promise<Begun> {
  const response = await call("/api/v1/uploads", { method: "POST", headers: { "Tus-Resumable": "1.0.0", "Upload-Length": String(file.size), "Upload-Metadata": metadata(file.name) } });
  const id = (response.headers.get("Location") ?? "").split("/").pop() ?? "";
  return { id, name: file.name, length: file.size, offset: 0, state: "uploading" };
}

/** Sends what is missing; tries again by itself when the connection is lost. Call `abort` of the answer to pause. */
export function send(id: string, file: File, onProgress: (sent: number) => void, onDone: () => void, onError: (error: Error) => void): Upload {
  const token = document.querySelector<HTMLMetaElement>('meta[name="escale-antiforgery"]')?.content;
  const upload = new Upload(file, {
    endpoint: `${base}/api/v1/uploads`,
    uploadUrl: `${base}/api/v1/uploads/${id}`,
    chunkSize: pieceBytes,
    retryDelays: [0, 1000, 3000, 5000, 10_000, 20_000, 30_000],
    storeFingerprintForResuming: false,
    headers: token ? { "X-Escale-Antiforgery": token } : {},
    onProgress,
    onSuccess: () => onDone(),
    onError,
  });
  upload.start();
  return upload;
}

/** Time left in seconds from the speed so far; null while it cannot be told. */
export function timeLeft(begin: number, sentAtBegin: number, now: number, sent: number, length: number): number | null {
  const seconds = (now - begin) / 1000;
  const speed = (sent - sentAtBegin) / seconds;
  return seconds < 1 || !(speed > 0) ? null : Math.ceil((length - sent) / speed);
}
