// Elements from data, and a page that changes only where the data did: focus, selection and scroll positions stay.

const SVG = new Set(["svg", "g", "path", "rect", "line", "circle", "text", "title", "polyline"]);

/** An element. `false`, `null` and `undefined` leave an attribute or a child out. */
export function h(name, attributes = {}, ...children) {
  const element = SVG.has(name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== false && child != null && child !== ""));
  return element;
}

/** Makes an element's children the given ones, with as few changes as needed. */
export function fill(element, ...children) {
  const wanted = document.createElement("div");
  wanted.append(...children.flat(3).filter(Boolean));
  patchChildren(element, wanted);
}

function patchChildren(have, want) {
  const keyed = new Map([...have.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]));
  let at = have.firstChild;
  for (const wanted of [...want.childNodes]) {
    const key = wanted.dataset?.key;
    const known = key ? keyed.get(key) : at;
    if (known && alike(known, wanted)) {
      if (known === at) at = at.nextSibling;
      else have.insertBefore(known, at);
      patch(known, wanted);
    } else {
      have.insertBefore(wanted, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function alike(have, want) {
  return have.nodeName === want.nodeName && have.dataset?.key === want.dataset?.key;
}

function patch(have, want) {
  if (have.nodeType === Node.TEXT_NODE) {
    if (have.data !== want.data) have.data = want.data;
    return;
  }
  for (const { name } of [...have.attributes]) {
    // Whether details are open is the reader's.
    if (!want.hasAttribute(name) && name !== "open") have.removeAttribute(name);
  }
  for (const { name, value } of want.attributes) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
  patchChildren(have, want);
}
