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
    /** When the press began, by the events' own clock: a busy page hears of both ends late. */
    let since: number | null = null;
    const down = (event: Event): void => {
      if (talk.is_on()) {
        talk.end();
        return;
      }
      since = event.timeStamp;
      talk.begin();
    };
    const up = (event: Event): void => {
      if (since !== null && event.timeStamp - since >= TAP_MS && talk.is_on()) talk.end();
      since = null;
    };
    /** The button may be gone by the time it is let go. */
    const await_end = (...kinds: ('pointerup' | 'pointercancel' | 'keyup')[]): void => {
      const ending = new AbortController();
      for (const kind of kinds) {
        window.addEventListener(
          kind,
          (event) => {
            ending.abort();
            up(event);
          },
          { signal: ending.signal, capture: true },
        );
      }
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return;
        await_end('pointerup', 'pointercancel');
        down(event);
      },
      { signal },
    );
    element.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (event.repeat) return;
        await_end('keyup');
        down(event);
      },
      { signal },
    );
    element.addEventListener(
      'click',
      (event) => {
        // A screen reader clicks without pointer or key; the others have been heard above.
        if (event.detail !== 0) return;
        down(event);
        since = null;
      },
      { signal },
    );
    // Holding a button is no wish for a menu.
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    return () => listeners.abort();
  };
}
