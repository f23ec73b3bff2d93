import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What an endpoint does to its connection in the end. */
export type Answer =
  | { kind: "json"; status: number; body: unknown; retryAfter?: number | undefined }
  | { kind: "page"; status: number; html: string }
  | ({ kind: "file"; status: 200; contentType: string } & FileBody)
  | { kind: "redirect"; status: 302; location: string }
  | { kind: "cut" }
  | { kind: "silence" };

export interface FileBody {
  /** What `Content-Length` says; undefined when the length is not announced. */
  length: number | undefined;
  /** Opens the body. When it ends with an error, the connection is cut. */
  open(): Readable;
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case "json":
      if (answer.retryAfter !== undefined) response.setHeader("retry-after", answer.retryAfter);
      sendText(response, answer.status, "application/json; charset=UTF-8", JSON.stringify(answer.body));
      break;
    case "page":
      sendText(response, answer.status, "text/html", answer.html);
      break;
    case "file":
      response.writeHead(answer.status, {
        "content-type": answer.contentType,
        ...(answer.length !== undefined && { "content-length": answer.length }),
        "x-content-type-options": "nosniff",
        "content-disposition": "attachment",
      });
      pipeline(answer.open(), response).catch(() => response.destroy());
      break;
    case "redirect":
      response.writeHead(answer.status, { location: answer.location }).end();
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

function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { "content-type": contentType, "content-length": bytes.length });
  response.end(bytes);
}
