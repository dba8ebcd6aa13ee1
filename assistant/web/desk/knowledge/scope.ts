import type { Desk } from '../desk.svelte';
import { address } from '../route.svelte';
import type { Place } from '../types';

const FIELD = 'knowledge-place';

/** The place whose knowledge is on the page: that of the address, else the last one, else the topmost. */
export function place_of(desk: Desk): string {
  const places = desk.me?.places ?? [];
  const asked = desk.route.query.get('community') ?? desk.drafts.read(FIELD);
  return places.find(({ id }) => id === asked)?.id ?? topmost(places)?.id ?? '';
}

export function choose_place(desk: Desk, place: string): void {
  desk.drafts.write(FIELD, place);
  const query = new URLSearchParams(desk.route.query);
  query.set('community', place);
  query.delete('after');
  desk.route.go(address(desk.route.parts, query), { replace: true });
}

/** Where a resident asks from: the place itself, or the first 社区 under it. */
export function place_of_resident(desk: Desk): string {
  const scope = place_of(desk);
  const below = (desk.me?.places ?? []).filter(({ path }) => path.includes(scope));
  return (below.find(({ kind }) => kind === '社区') ?? below[0])?.id ?? scope;
}

/** The address of a page of knowledge; the chosen place goes along. */
export function knowledge_address(
  desk: Desk,
  parts: string[],
  query: Record<string, string> = {},
): string {
  const community = desk.route.query.get('community') ?? '';
  return address(['knowledge', ...parts], { community, ...query });
}

function topmost(places: Place[]): Place | undefined {
  return [...places].sort((a, b) => a.path.length - b.path.length)[0];
}
