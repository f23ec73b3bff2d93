/**
 * Makes an element. `properties` are properties where the element has them, attributes otherwise. Children that are
 * strings become text, never markup; undefined, null and false are left out.
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** An icon of the page's own set. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** An icon with a title and a detail, as a place or a document has. */
export function card(symbol, title, detail) {
  const words = element("div", {}, element("strong", {}, title ?? ""), detail && element("span", {}, detail));
  return element("div", { className: "attachment" }, icon(symbol), words);
}

/** A link to another host, only to the web: the business chose this address. */
export function foreignLink(url, properties, ...children) {
  const isWeb = /^https?:\/\//.test(url);
  const target = isWeb ? { href: url, target: "_blank", rel: "noopener noreferrer" } : {};
  return element("a", { ...properties, ...target }, ...children);
}
