import type { Me, SlotInfo } from './types';

/** How to reach the resident has a field of its own, masked until it is asked for. */
export const CONTACT = 'contact';

/** What is asked about orders of a kind. */
export function slots_of(me: Me | null, kind: string): SlotInfo[] {
  const slots = me?.kinds.find(({ name }) => name === kind)?.slots ?? [];
  return slots.filter(({ id }) => id !== CONTACT);
}
