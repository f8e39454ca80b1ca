// Calls the program's own REST API, as a customer would: JSON in and out, problem details as errors.
import { text } from "./language";

/** Where the application is mounted ("" or "/path"); links and calls begin with it. */
export const base = document.querySelector<HTMLMetaElement>('meta[name="escale-base"]')?.content ?? "";

export class ApiError extends Error {
  /** What happened and what to do next, in the reader's language; the detail is the exact message where that is in English. */
  constructor(readonly status: number, readonly code: string, message: string, readonly next?: string, readonly place?: { file?: string; line?: number; column?: number }, readonly detail?: string) {
    super(message);
  }
}

/** An error for people: what happened, what to do next, the exact message; one line each. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return [error.message, error.next, error.detail].filter(Boolean).join("\n");
  return error instanceof TypeError ? text({ en: "The program does not answer.", fr: "Le programme ne répond pas." }) : String(error);
}

export async function call(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  const method = options.method?.toUpperCase() ?? "GET";
  if (method !== "GET" && method !== "HEAD") {
    const token = document.querySelector<HTMLMetaElement>('meta[name="escale-antiforgery"]')?.content;
    if (token) headers.set("X-Escale-Antiforgery", token);
    if (typeof options.body === "string" && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  }
  headers.set("Accept", headers.get("Accept") ?? "application/json");
  const response = await fetch(base + path, { ...options, headers, credentials: "same-origin" });
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function callJson<T>(path: string, options: RequestInit = {}): Promise<T> {
  return (await (await call(path, options)).json()) as T;
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as { title?: string; code?: string; next?: string; detail?: string; place?: ApiError["place"] };
    return new ApiError(response.status, problem.code ?? "", problem.title ?? response.statusText, problem.next, problem.place, problem.detail);
  } catch {
    return new ApiError(response.status, "", response.statusText || `HTTP ${response.status}`);
  }
}
