/** To come: the campaigns that the contact got. */
export function Campaigns(_: { contactId: string }) {
  return null;
}
