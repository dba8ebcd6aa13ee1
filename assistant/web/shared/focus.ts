import type { Attachment } from 'svelte/attachments';

const REACHABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex="0"]';

/** The focused element, also inside the shadow root that `node` is in. */
export function focused_near(node: Node): HTMLElement | null {
  const root = node.getRootNode() as Document | ShadowRoot;
  return root.activeElement instanceof HTMLElement ? root.activeElement : null;
}

/** Keeps the Tab key inside the element while `active` says so. */
export function keep_focus_inside(active: () => boolean = () => true): Attachment<HTMLElement> {
  return (element) => {
    const on_key = (event: KeyboardEvent): void => {
      if (event.key !== 'Tab' || event.altKey || event.ctrlKey || event.metaKey || !active())
        return;
      const reachable = Array.from(element.querySelectorAll<HTMLElement>(REACHABLE)).filter(
        (candidate) => candidate.getClientRects().length > 0 && !candidate.closest('[inert]'),
      );
      const first = reachable[0];
      const last = reachable[reachable.length - 1];
      if (!first || !last) return;
      const now = focused_near(element);
      const outside = !now || !element.contains(now);
      if (event.shiftKey && (outside || now === first || !reachable.includes(now))) {
        event.preventDefault();
        last.focus();
      } else if (!event.shiftKey && (outside || now === last)) {
        event.preventDefault();
        first.focus();
      }
    };
    element.addEventListener('keydown', on_key);
    return () => element.removeEventListener('keydown', on_key);
  };
}
