/** What staff call a contact: their own name for it, else the one of its profile, else its number. */
export function nameOfContact(contact: {
  name: string | null;
  profileName: string | null;
  phone: string | null;
  username?: string | null;
}): string {
  return contact.name || contact.profileName || contact.username || contact.phone || "?";
}
