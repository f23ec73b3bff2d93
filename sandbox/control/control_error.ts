import type { ErrorRequestHandler } from "express";
import { z } from "zod";
import { CustomerError } from "../customer_phone.ts";
import { BodyError } from "../read_body.ts";

/** A request to the control API that cannot be done, with its HTTP status. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers `{"error": "…"}`; other errors are passed to the application. */
export const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof ControlError || error instanceof BodyError) {
    response.status(error.status).json({ error: error.message });
  } else if (error instanceof CustomerError || error instanceof RangeError) {
    response.status(409).json({ error: error.message });
  } else if (error instanceof z.ZodError) {
    response.status(400).json({ error: z.prettifyError(error) });
  } else {
    next(error);
  }
};
