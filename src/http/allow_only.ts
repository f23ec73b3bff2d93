import type { RequestHandler } from "express";

/** Refuses other methods than those of a route: `GET, HEAD`. */
export function allowOnly(methods: string): RequestHandler {
  return (_request, response) => {
    response.set("allow", methods);
    const error = { code: "PYREQ", message: `The method must be ${methods.replace(", ", " or ")}` };
    response.status(405).json({ error });
  };
}
