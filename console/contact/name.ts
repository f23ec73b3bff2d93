/** What a contact is called: by staff, else by themselves, else by their number. */
export function nameOf(
  {
    name,
    profileName,
    username,
    phone,
  }: {
    name?: string | null;
    profileName?: string | null;
    username?: string | null;
    phone?: string | null;
  },
  unnamed = "?",
): string {
  return name || profileName || username || phoneOf(phone) || unnamed;
}

/** A phone number with a space after each group, as far as this can be known without a list of countries. */
export function phoneOf(phone: string | null | undefined): string {
  if (!phone) return "";
  return phone.startsWith("+") ? phone : `+${phone}`;
}
