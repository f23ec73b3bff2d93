import type { ServerResponse } from "node:http";

/** What an endpoint does to its connection in the end. */
export type Answer =
  | { kind: "json"; status: number; body: unknown; retryAfter?: number | undefined }
  | { kind: "bytes"; status: number; contentType: string; bytes: Buffer }
  | { kind: "cut" }
  | { kind: "silence" };

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case "json": {
      const bytes = Buffer.from(JSON.stringify(answer.body));
      if (answer.retryAfter !== undefined) response.setHeader("retry-after", answer.retryAfter);
      response.writeHead(answer.status, {
        "content-type": "application/json; charset=UTF-8",
        "content-length": bytes.length,
      });
      response.end(bytes);
      break;
    }
    case "bytes":
      response.writeHead(answer.status, {
        "content-type": answer.contentType,
        "content-length": answer.bytes.length,
        "x-content-type-options": "nosniff",
        "content-disposition": "attachment",
      });
      response.end(answer.bytes);
      break;
    case "cut":
      response.destroy();
      break;
    case "silence":
      break;
    default:
      answer satisfies never;
  }
}
