import type { Attachment } from 'svelte/attachments';

/** A press shorter than this is a tap: it stays pressed until the next one. */
const TAP_MS = 350;

interface Talk {
  /** Whether the button counts as pressed now. */
  is_on(): boolean;
  begin(): void;
  end(): void;
}

/** A button to hold while speaking, or to tap before and after, by hand, key or screen reader. */
export function press_to_talk(talk: Talk): Attachment<HTMLElement> {
  return (element) => {
    let since: number | null = null;
    const down = (): void => {
      if (talk.is_on()) {
        talk.end();
        return;
      }
      since = performance.now();
      talk.begin();
    };
    const up = (): void => {
      if (since !== null && performance.now() - since >= TAP_MS && talk.is_on()) talk.end();
      since = null;
    };
    const is_key = (event: KeyboardEvent): boolean => event.key === ' ' || event.key === 'Enter';
    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        element.setPointerCapture(event.pointerId);
        down();
      },
      { signal },
    );
    element.addEventListener('pointerup', up, { signal });
    element.addEventListener('pointercancel', up, { signal });
    element.addEventListener(
      'keydown',
      (event) => {
        if (!is_key(event)) return;
        event.preventDefault();
        if (!event.repeat) down();
      },
      { signal },
    );
    element.addEventListener('keyup', (event) => is_key(event) && up(), { signal });
    element.addEventListener(
      'click',
      (event) => {
        // A screen reader clicks without pointer or key; the others have been heard above.
        if (event.detail !== 0) return;
        down();
        since = null;
      },
      { signal },
    );
    // Holding a button is no wish for a menu.
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    return () => listeners.abort();
  };
}
