import type { ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "./icon.tsx";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: "primary" | "danger" | "quiet";
  icon?: IconName;
};

/** A button with a text, and perhaps an icon before it. */
export function Button({ look, icon, children, className = "", type = "button", ...rest }: Props) {
  return (
    <button {...rest} type={type} className={`button ${look ?? ""} ${className}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that shows only an icon: its label is what a screen reader says, and what the pointer shows. */
export function IconButton({
  label,
  icon,
  look = "quiet",
  className = "",
  type = "button",
  ...rest
}: Props & { label: string; icon: IconName }) {
  return (
    <button
      {...rest}
      type={type}
      className={`button icon-only ${look} ${className}`}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}
