/** The page that shows a document with the passage marked, as the residents' pages link it. */
export function source_page(edition: string, passage: number, community: string): string {
  const query = `passage=${passage}&community=${encodeURIComponent(community)}`;
  return `/source/${encodeURIComponent(edition)}?${query}`;
}
