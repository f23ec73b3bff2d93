import { Preference } from "../ui/preference.ts";

/** Whether the contact is shown beside a conversation, where there is room. */
export const contactPane = new Preference<"shown" | "hidden">("contact-pane", ["shown", "hidden"], "shown");
