import { z } from "zod";
import { readDatabaseUrl } from "./database_hosts.ts";
import { readDuration } from "./duration.ts";

/** Schema of a setting that is a whole number. */
export function whole(from: number, to: number) {
  const error = `must be a whole number from ${from} to ${to}`;
  return z.coerce.number({ error }).int(error).min(from, error).max(to, error);
}

/** Schema of a setting that is an http(s) address; trailing slashes are removed. */
export function url() {
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
      "is not an http(s) address",
    )
    .transform((value) => value.replace(/\/+$/, ""));
}

/** Whether a text is the origin of a web page, as browsers send it: a scheme, a host and, if it is unusual, a port. */
export function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

/** Schema of a setting that is the address of a Postgres database, on one host or several (`a:5432,b:5432`). */
export function postgresUrl() {
  return z
    .string()
    .refine(
      (value) => !/[?&]target_session_attrs=(?!(read-write|primary)(&|$))/.test(value),
      "may not have a target_session_attrs other than read-write",
    )
    .transform((value, context) => {
      const url = readDatabaseUrl(value);
      if (url !== undefined) return url;
      context.addIssue({ code: "custom", message: "is not a postgres:// address" });
      return z.NEVER;
    });
}

/** Schema of a setting that is a folder or an S3 bucket; of other addresses it must not be a folder's name. */
export function mediaStorage() {
  return z
    .string()
    .refine(
      (value) =>
        !value.includes("://") || /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^\0]*)?$/.test(value),
      "must be a folder or s3://bucket/prefix",
    );
}

/** Schema of a setting that is the address of a mail server. */
export function smtpUrl() {
  return z
    .string()
    .refine(
      (value) => /^smtps?:\/\//.test(value) && URL.canParse(value) && new URL(value).hostname !== "",
      "is not an smtp:// or smtps:// address",
    );
}

/** Schema of a setting that is the sender of e-mails: an address, or a name and an address in angle brackets. */
export function sender() {
  return z
    .string()
    .regex(
      /^(?:[^<>\r\n]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+)$/,
      "is not of the form Name <name@example.com>",
    );
}

/** Schema of a setting that is the address of a front end's page, with the place of a token. */
export function pageOfToken() {
  return z
    .string()
    .refine(
      (value) =>
        URL.canParse(value) &&
        /^https?:$/.test(new URL(value).protocol) &&
        value.split("{token}").length === 2,
      "is not an http(s) address that contains {token} once",
    );
}

/** Schema of a setting that says which statements are logged: `off`, `all`, or a duration, which becomes milliseconds. */
export function statementLogging() {
  return z.string().transform((value, context): "off" | "all" | number => {
    if (value === "off" || value === "all") return value;
    const milliseconds = readDuration(value);
    if (milliseconds !== undefined) return milliseconds;
    context.addIssue({ code: "custom", message: "must be off, all, or a duration such as 200ms" });
    return z.NEVER;
  });
}
