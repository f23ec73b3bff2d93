import { z } from "zod";
import { characters } from "./limits.ts";

const NAME_PARTS = ["first_name", "last_name", "middle_name", "prefix", "suffix"] as const;

const name = z
  .looseObject({ formatted_name: characters(1024) })
  .refine(
    (parts) => NAME_PARTS.some((part) => typeof parts[part] === "string"),
    "formatted_name needs one more part of the name beside it",
  );

/** Contact cards: 257 at most. */
export const contacts = z.array(z.looseObject({ name })).min(1).max(257);
