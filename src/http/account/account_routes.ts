import { type RequestHandler, Router, urlencoded } from "express";
import { httpStatusOf, ParleyError } from "../../base/errors.ts";
import { INVITATION_PATH, PASSWORD_PATH } from "../../mail/account_links.ts";
import type { Origin, SourceOf } from "../client_source.ts";
import { donePage, type Form, formPage } from "./form_page.ts";

/** What the pages do. Each throws ParleyError with a message for the reader. */
export type AccountActions = {
  joinTenant(
    acceptance: { token: string; password: string; name?: string; code?: string },
    origin: Origin,
  ): Promise<void>;
  resetPassword(reset: { token: string; newPassword: string }, origin: Origin): Promise<unknown>;
};

/** A page that a link in an e-mail leads to: a form, and what submitting it does. */
type Page = {
  form: Form;
  submit(fields: Readonly<Record<string, string>>, token: string, origin: Origin): Promise<unknown>;
  done: { title: string; text: string };
};

/** The console's pages for the same links. What is behind `#` is not sent to a server. */
const CONSOLE_PAGES: Readonly<Record<string, string>> = {
  [INVITATION_PATH]: "/console/invitation#",
  [PASSWORD_PATH]: "/console/password#",
};

/**
 * The pages of invitations and new passwords, for installations without a front end of their own: those of the console, if there
 * is one, otherwise plain forms. Showing a page looks nothing up and changes nothing, because mail programs open links before
 * their readers do.
 */
export function accountRoutes(
  actions: AccountActions,
  sourceOf: SourceOf,
  { hasConsole = false } = {},
): Router {
  const pages: Record<string, Page> = {
    [INVITATION_PATH]: {
      form: {
        title: "Accept the invitation",
        text: "If your e-mail address has an account already, enter its password. Otherwise choose one.",
        button: "Accept",
        fields: [
          { name: "name", label: "Your name (for a new account)", type: "text", autocomplete: "name" },
          { name: "password", label: "Password", type: "password", autocomplete: "current-password" },
          {
            name: "code",
            label: "Code of your authenticator app (if your account has one)",
            type: "text",
            autocomplete: "one-time-code",
          },
        ],
      },
      submit: ({ password = "", name, code }, token, origin) =>
        actions.joinTenant({ token, password, ...(name && { name }), ...(code && { code }) }, origin),
      done: {
        title: "Welcome",
        text: "You are a member now. Sign in with your e-mail address and password.",
      },
    },
    [PASSWORD_PATH]: {
      form: {
        title: "Choose a new password",
        text: "At least 8 characters. You will be signed out everywhere.",
        button: "Set password",
        fields: [{ name: "password", label: "New password", type: "password", autocomplete: "new-password" }],
      },
      submit: ({ password = "" }, token, origin) =>
        actions.resetPassword({ token, newPassword: password }, origin),
      done: { title: "Password changed", text: "Sign in with your new password." },
    },
  };

  const router = Router();
  for (const [path, page] of Object.entries(pages))
    router
      .route(path)
      .all(pageHeaders)
      .get(({ query }, response) => {
        const token = typeof query.token === "string" ? query.token : "";
        if (hasConsole) response.redirect(303, `${CONSOLE_PAGES[path]}${encodeURIComponent(token)}`);
        else response.send(formPage(page.form, token));
      })
      .post(readForm, submit(page, sourceOf));
  return router;
}

const readForm = urlencoded({ extended: false, limit: "8kb", parameterLimit: 10 });

function submit({ form, submit: run, done }: Page, sourceOf: SourceOf): RequestHandler {
  return async (request, response) => {
    const { token = "", ...fields } = textsOf(request.body);
    try {
      await run(fields, token, { source: sourceOf(request), userAgent: request.get("user-agent") ?? null });
      response.send(donePage(done));
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      response.status(httpStatusOf(error.code)).send(formPage(form, token, error.message));
    }
  };
}

/** A field that is sent twice is an array, and counts as absent. */
function textsOf(body: unknown): Record<string, string> {
  const fields = Object.entries(Object(body)).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(fields) as Record<string, string>;
}

const pageHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
  // The address contains the token.
  response.setHeader("cache-control", "no-store");
  response.type("html");
  next();
};

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
