import { Preference } from "../ui/preference.ts";

/** Whether the user asked this browser to notify them. It may still not be allowed. */
export const notifications = new Preference<"on" | "off">("notifications", ["on", "off"], "off");

export function mayNotify(): boolean {
  return (
    notifications.get() === "on" &&
    typeof Notification !== "undefined" &&
    Notification.permission === "granted"
  );
}

/** Asks the browser, which asks the user once. */
export async function requestNotifications(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  const isGranted = (await Notification.requestPermission()) === "granted";
  notifications.set(isGranted ? "on" : "off");
  return isGranted;
}
