// Makes an element's content like new HTML by changing only what differs. What
// stays the same stays the same element: it keeps focus, scroll, what was typed,
// and does not play its animation again. Elements are matched by id, others by
// their place.

/** Makes the content of the element like the HTML. */
export function morph(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  children(element, wanted.content);
  // A focused element that was moved, or made anew under another parent, has lost the focus.
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({preventScroll: true});
}

function children(parent, wanted) {
  const ids = new Set([...wanted.children].map((child) => child.id));
  for (const child of [...parent.children]) {
    if (child.id && !ids.has(child.id)) child.remove();
  }
  let here = parent.firstChild;
  for (const want of [...wanted.childNodes]) {
    const have = match(here, want);
    if (!have) {
      parent.insertBefore(want, here);
      continue;
    }
    if (have === here) here = here.nextSibling;
    else parent.insertBefore(have, here);
    become(have, want);
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

/** The node, here or after, that is to become what is wanted. */
function match(here, want) {
  if (want.id) {
    for (let node = here; node; node = node.nextSibling) {
      if (node.id === want.id && node.nodeName === want.nodeName) return node;
    }
    return null;
  }
  return here && here.nodeName === want.nodeName && !here.id ? here : null;
}

function become(have, want) {
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  if (have.isEqualNode(want)) return;
  attributes(have, want);
  children(have, want);
}

function attributes(have, want) {
  for (const {name} of [...have.attributes]) {
    const opened = name === "open"; // by the reader: <details> stays open
    if (!want.hasAttribute(name) && !opened) have.removeAttribute(name);
  }
  for (const {name, value} of want.attributes) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
}
