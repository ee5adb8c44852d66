// Elements without a framework: text is always text, never markup.
type Child = Node | string | null | undefined | false;

export function h(tag: string, attributes: Record<string, string | number | undefined> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, String(value));
  for (const child of children) if (child) element.append(child);
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`there is no #${id}`);
  return found as T;
}

const shown = new WeakMap<Element, string>();

/** Renders only when what is shown changed, so that a selection survives the next beat. */
export function render(target: HTMLElement, model: unknown, make: () => Child[]): void {
  const text = JSON.stringify(model);
  if (shown.get(target) === text) return;
  shown.set(target, text);
  // Tables that are too wide for a phone stay where they were pushed to, and so does the focus of who does that by keys.
  const scrolls = [...target.querySelectorAll('.scroll')].map((one) => ({ card: one.parentElement?.id, left: one.scrollLeft, focused: one === document.activeElement }));
  target.replaceChildren(...make().filter((child): child is Node | string => Boolean(child)));
  for (const { card, left, focused } of scrolls.filter((one) => one.card && (one.left > 0 || one.focused))) {
    const next = target.querySelector<HTMLElement>(`#${card} .scroll`);
    if (next) next.scrollLeft = left;
    if (focused) next?.focus({ preventScroll: true });
  }
}
