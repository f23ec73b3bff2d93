/** Puts what a button opened below it, or above it where there is no room; never beyond the window. */
export function placeAt(button: HTMLElement, opened: HTMLElement): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { width, height } = opened.getBoundingClientRect();
  const isRightToLeft = getComputedStyle(button).direction === "rtl";
  const y = bottom + height > innerHeight ? top - height - 4 : bottom + 4;
  const x = isRightToLeft ? right - width : left;
  Object.assign(opened.style, {
    position: "fixed",
    inset: "auto",
    top: `${Math.max(4, y)}px`,
    left: `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`,
  });
}
