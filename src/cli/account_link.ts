import { Option } from "commander";
import type { Config } from "../base/config.ts";

/** The option of commands that give a user a link. */
export type LinkOptions = { printLink?: true };

export function printLinkOption(): Option {
  return new Option("--print-link", "print the link instead of sending it by e-mail, as without SMTP_URL");
}

/** Whether the worker sends the link; otherwise the operator passes it on. */
export function isSentByMail({ printLink }: LinkOptions, config: Config): boolean {
  return config.SMTP_URL !== undefined && !printLink;
}
