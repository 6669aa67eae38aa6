import { NoAnswerError, ProblemError, problemOf } from "./problem";

/** What of a request with a file is needed here; the browser's own fits, and a test's too. */
export type Request = Pick<
  XMLHttpRequest,
  "open" | "setRequestHeader" | "send" | "abort" | "status" | "responseText" | "getResponseHeader" | "upload" | "onload" | "onerror" | "onabort"
>;

export interface UploadOptions {
  /** The operation id of the user action; none where nothing is written. */
  operation?: string;
  /** How much of the file is on its way, from 0 to 1. Then the server works on it. */
  onsent?: (share: number) => void;
  onSessionEnded: () => void;
}

/**
 * Sends a file, and tells how much of it is gone, which `fetch` cannot. It never ends by itself for being slow: a long
 * table takes the server its time.
 */
export function upload<T>(path: string, file: Blob, options: UploadOptions, request: Request = new XMLHttpRequest()): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "text/csv");
    request.setRequestHeader("X-Kaketsuke", "1");
    if (options.operation) request.setRequestHeader("Idempotency-Key", options.operation);
    request.upload.onprogress = ({ loaded, total }) => options.onsent?.(total > 0 ? loaded / total : 1);
    request.onerror = () => reject(new NoAnswerError(false));
    request.onabort = request.onerror;
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        try {
          return resolve(JSON.parse(request.responseText) as T);
        } catch {
          return reject(new NoAnswerError(false));
        }
      }
      const headers = { "content-type": request.getResponseHeader("content-type") ?? "" };
      void problemOf(new Response(request.responseText, { status: request.status || 502, headers })).then((problem) => {
        if (problem.code === "auth.required") options.onSessionEnded();
        reject(new ProblemError(problem));
      });
    };
    request.send(file);
  });
}
