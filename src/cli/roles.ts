import { Option } from "commander";

const NAMES = ["viewer", "agent", "admin", "owner"] as const;

/** The roles of members. */
export const ROLES = {
  names: NAMES,
  option: (): Option =>
    new Option("--role <role>", "what the user may do").choices(NAMES).makeOptionMandatory(),
};
