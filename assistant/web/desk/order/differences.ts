import { spoken_moment } from '../spoken-time';
import type { Texts } from '../strings';
import type { Order } from '../types';

const FIELDS = [
  'state',
  'kind',
  'department',
  'assignee',
  'urgent',
  'community_name',
  'due_at',
  'merged_into',
] as const;

/** What became different between two versions of an order, in words. */
export function differences(before: Order, after: Order, texts: Texts): string[] {
  const lines: string[] = [];
  const known = new Set(before.history.map(({ id }) => id));
  for (const event of after.history) {
    if (known.has(event.id)) continue;
    lines.push(texts.changed_history(event.by?.name ?? texts.somebody, event.text));
  }
  for (const field of FIELDS) {
    const was = shown(before, field, texts);
    const is = shown(after, field, texts);
    if (was !== is)
      lines.push(texts.changed_from_to(texts.changed_fields[field] ?? field, was, is));
  }
  for (const slot of new Set([...Object.keys(before.slots), ...Object.keys(after.slots)])) {
    const was = before.slots[slot] || texts.not_filled;
    const is = after.slots[slot] || texts.not_filled;
    if (was !== is) lines.push(texts.changed_from_to(slot, was, is));
  }
  return lines;
}

function shown(order: Order, field: (typeof FIELDS)[number], texts: Texts): string {
  if (field === 'assignee') return order.assignee?.name ?? texts.unassigned;
  if (field === 'urgent') return order.urgent ? texts.yes : texts.no;
  if (field === 'due_at') {
    return order.due_at === null ? texts.clock.none : spoken_moment(order.due_at, texts);
  }
  if (field === 'state') return texts.state[order.state] ?? order.state;
  return order[field] ?? texts.not_filled;
}
