import type { DeskSettings } from './settings.svelte';

/** Whether a single key may do something: nobody is typing and no window stands above the page. */
export function key_is_free(event: KeyboardEvent, settings: DeskSettings): boolean {
  if (!settings.keys || event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return !is_typing(event.target) && !document.querySelector('dialog[open]');
}

export function is_typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('textarea, select')) return true;
  const input = target.closest('input');
  return input !== null && !['checkbox', 'radio', 'button', 'file'].includes(input.type);
}
