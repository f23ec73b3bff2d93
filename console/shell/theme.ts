import { Preference } from "../ui/preference.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = new Preference<Theme>("theme", THEMES, "system");

/** Shows the chosen theme, now and after each change. Returns how to stop that. */
export function followTheme(): () => void {
  const apply = () => {
    document.documentElement.dataset.theme = theme.get();
  };
  apply();
  return theme.watch(apply);
}
