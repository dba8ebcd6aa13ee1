import type { Problem } from '../../../shared/problem';
import type { KnowledgeApi } from '../api';
import type { Draft } from '../types';

const AT_ONCE = 2;
const LARGEST = 50 * 1024 * 1024;

export type Failure = Problem | 'too_large' | 'empty';

/** A file of this machine, or the address of a page. */
export type Paper = File | string;

/** One paper on its way into the knowledge. */
export class Upload {
  share = $state(0);
  state = $state<'waiting' | 'sending' | 'reading' | 'done' | 'unchanged' | 'failed'>('waiting');
  failure = $state.raw<Failure | null>(null);
  draft = $state.raw<Draft | null>(null);
  /** The document that already says the same. */
  document = $state<string | null>(null);

  constructor(
    readonly key: number,
    readonly paper: Paper,
    readonly community: string,
  ) {}

  get name(): string {
    return typeof this.paper === 'string' ? this.paper : this.paper.name;
  }

  get over(): boolean {
    return this.state === 'done' || this.state === 'unchanged' || this.state === 'failed';
  }
}

/** Files being uploaded, two at a time; they go on while other pages of the list are looked at. */
export class Uploads {
  list = $state.raw<Upload[]>([]);
  /** Told when a file has become a draft. */
  on_done: () => void = () => undefined;
  #next = 0;

  constructor(readonly api: KnowledgeApi) {}

  add(papers: Iterable<Paper>, community: string): void {
    const fresh = [...papers].map((paper) => new Upload(this.#next++, paper, community));
    this.list = [...this.list, ...fresh];
    this.#go_on();
  }

  retry(upload: Upload): void {
    upload.state = 'waiting';
    upload.failure = null;
    upload.share = 0;
    this.#go_on();
  }

  /** Puts away what is over. */
  clear(): void {
    this.list = this.list.filter((upload) => !upload.over);
  }

  #go_on(): void {
    const running = this.list.filter(({ state }) => state === 'sending' || state === 'reading');
    const waiting = this.list.filter(({ state }) => state === 'waiting');
    for (const upload of waiting.slice(0, AT_ONCE - running.length)) void this.#send(upload);
  }

  async #send(upload: Upload): Promise<void> {
    upload.state = 'sending';
    try {
      const { paper, community } = upload;
      if (typeof paper !== 'string') {
        if (paper.size > LARGEST) return this.#fail(upload, 'too_large');
        if (paper.size === 0) return this.#fail(upload, 'empty');
      } else {
        // The server fetches it: there is nothing to send.
        upload.state = 'reading';
      }
      const answer =
        typeof paper === 'string'
          ? await this.api.fetch_paper(community, paper)
          : await this.api.upload(community, paper, (share) => {
              upload.share = share;
              if (share >= 1) upload.state = 'reading';
            });
      upload.draft = answer.draft;
      upload.document = answer.document_id ?? null;
      upload.state = answer.unchanged ? 'unchanged' : 'done';
      this.on_done();
    } catch (error) {
      this.#fail(upload, error as Problem);
    } finally {
      this.#go_on();
    }
  }

  #fail(upload: Upload, failure: Failure): void {
    upload.failure = failure;
    upload.state = 'failed';
  }
}
