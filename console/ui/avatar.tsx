/** The first letters of a name, in a circle. */
export function Avatar({ name }: { name: string }) {
  const initials = name
    .split(/\s+/)
    .map(([first = ""]) => first)
    .filter((letter) => /\p{L}|\p{N}/u.test(letter))
    .slice(0, 2)
    .join("");
  return (
    <span className="avatar" aria-hidden="true">
      {initials || "?"}
    </span>
  );
}
