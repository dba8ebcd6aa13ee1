import type { Problem } from '../../../shared/problem';
import type { Desk } from '../../desk.svelte';
import type { DocumentLine, DocumentList, Shown } from '../types';

/** The list of documents or of verified answers, page by page. */
export class DocumentsOfPlace {
  lines = $state.raw<DocumentLine[]>([]);
  total = $state(0);
  counts = $state.raw<DocumentList['counts'] | null>(null);
  categories = $state.raw<string[]>([]);
  after = $state<string | null>(null);
  busy = $state(false);
  loaded = $state(false);
  problem = $state.raw<Problem | null>(null);
  cursor = $state(-1);
  #newest = 0;

  constructor(
    readonly desk: Desk,
    readonly place: string,
    readonly kind: string,
  ) {}

  /** Fetches the first page, or the next one. */
  async load(show: Shown, q: string, category: string, more = false): Promise<void> {
    const mine = ++this.#newest;
    this.busy = true;
    const after = more ? this.after : null;
    const query = { community: this.place, kind: this.kind, show, q, category, after };
    try {
      const found = await this.desk.knowledge.documents(query);
      if (mine !== this.#newest) return;
      this.lines = more ? [...this.lines, ...found.documents] : found.documents;
      this.total = found.total;
      this.counts = found.counts;
      this.categories = found.categories;
      this.after = found.after;
      this.problem = null;
      this.loaded = true;
      if (!more) this.cursor = -1;
    } catch (error) {
      if (mine === this.#newest) this.problem = error as Problem;
    } finally {
      if (mine === this.#newest) this.busy = false;
    }
  }
}
