import type { PlacesApi } from './api/places';
import type { CannedReply } from './types';

const KEEP_MS = 60_000;

/** Canned replies of the communities, fetched when someone is about to use them. */
export class CannedReplies {
  #kept = new Map<string, { at: number; replies: Promise<CannedReply[]> }>();

  constructor(readonly places: PlacesApi) {}

  of(community: string): Promise<CannedReply[]> {
    const kept = this.#kept.get(community);
    if (kept && Date.now() - kept.at < KEEP_MS) return kept.replies;
    const replies = this.places.canned_replies(community);
    this.#kept.set(community, { at: Date.now(), replies });
    replies.catch(() => this.#kept.delete(community));
    return replies;
  }

  forget(): void {
    this.#kept.clear();
  }
}
