import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { go } from "./location.ts";

/** A link to a path below /console, which opens without loading the page again. */
export function Link({ to, onClick, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return <a {...rest} href={`/console/${to}`} onClick={follow} />;
}
