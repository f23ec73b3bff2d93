import { secretsReseal } from "../commands/secrets_reseal.ts";

/** `parley secrets …`. */
export const commands = () => [secretsReseal()];
