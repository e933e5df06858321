/**
 * Opens the pop-up's page (`popup.html`, window name `call`) and dresses it like this one: style sheets, language and
 * theme follow. `onReady` gets the element to draw into, `null` when the window goes. Returns what closes it.
 */
export function preparePopup(onReady: (root: HTMLElement | null) => void): () => void {
  const child = window.open('/popup.html', 'call', 'popup');
  if (child === null) return () => undefined;
  let observers: MutationObserver[] = [];
  const dress = () => {
    const root = child.document.getElementById('root');
    if (root === null) return;
    for (const observer of observers) observer.disconnect();
    observers = [followRoot(child.document), followStyles(child.document)];
    root.style.height = '100vh';
    onReady(root);
  };
  child.addEventListener('load', dress);
  if (child.document.readyState === 'complete') dress();
  return () => {
    for (const observer of observers) observer.disconnect();
    child.removeEventListener('load', dress);
    onReady(null);
    child.close();
  };
}

function followRoot(target: Document): MutationObserver {
  const copy = () => {
    target.documentElement.lang = document.documentElement.lang;
    target.documentElement.dataset['theme'] = document.documentElement.dataset['theme'] ?? 'light';
  };
  copy();
  const observer = new MutationObserver(copy);
  observer.observe(document.documentElement, { attributeFilter: ['lang', 'data-theme'] });
  return observer;
}

/** Chunks bring their style sheets when they load, so later ones are copied too. */
function followStyles(target: Document): MutationObserver {
  const isStyle = (node: Node): node is HTMLElement =>
    node instanceof HTMLStyleElement || (node instanceof HTMLLinkElement && node.rel === 'stylesheet');
  const copy = (nodes: Iterable<Node>) => {
    for (const node of nodes) if (isStyle(node)) target.head.append(target.importNode(node, true));
  };
  copy(document.head.children);
  const observer = new MutationObserver((changes) => {
    for (const change of changes) copy(change.addedNodes);
  });
  observer.observe(document.head, { childList: true });
  return observer;
}
