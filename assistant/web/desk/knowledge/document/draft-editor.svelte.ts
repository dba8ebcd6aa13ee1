import type { Problem } from '../../../shared/problem';
import type { Desk } from '../../desk.svelte';
import type { Draft } from '../types';
import { edit_of, type Sources, type Work, work_of } from './work';

const SAVE_AFTER_MS = 1200;
const KEEP_AFTER_MS = 300;
/** Typing in one place within this time is undone at once. */
const ONE_STROKE_MS = 900;
const LONGEST_PAST = 200;

export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'clash';

interface Kept {
  base: Draft;
  work: Work;
  sources: [string, number][];
}

/**
 * A draft being written: undo and redo, saving by itself, a copy in the browser against a crash,
 * and what a colleague changed meanwhile.
 */
export class DraftEditor {
  /** As the server has it. */
  base: Draft = $state.raw(null!);
  work: Work = $state.raw(null!);
  state = $state<SaveState>('saved');
  problem = $state.raw<Problem | null>(null);
  /** The draft of the colleague who saved in between. */
  theirs = $state.raw<Draft | null>(null);
  /** Whether changes that had not reached the server were found in the browser. */
  restored = $state(false);
  sources: Sources = $state.raw(new Map());
  undoable = $state(0);
  redoable = $state(0);
  #past: Work[] = [];
  #future: Work[] = [];
  #stroke = { what: '', at: 0 };
  #save_timer: ReturnType<typeof setTimeout> | undefined;
  #keep_timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;

  constructor(
    readonly desk: Desk,
    draft: Draft,
  ) {
    this.#take(draft);
    const kept = this.#kept();
    if (!kept) return;
    this.work = kept.work;
    this.sources = new Map(kept.sources);
    if (kept.base.version === draft.version) {
      this.restored = true;
      this.#save_soon();
    } else {
      this.base = kept.base;
      this.theirs = draft;
      this.state = 'clash';
    }
  }

  /** Changes the work; `what` names the place, so that typing there is one step back. */
  edit(what: string, change: (work: Work) => Work): void {
    const next = change(this.work);
    if (next === this.work || !this.base.may.write) return;
    const now = Date.now();
    const stroke = this.#stroke.what === what && now - this.#stroke.at < ONE_STROKE_MS;
    if (!stroke) this.#past = [...this.#past.slice(-LONGEST_PAST), this.work];
    this.#stroke = { what, at: now };
    this.#future = [];
    this.#put(next);
  }

  undo(): void {
    const before = this.#past.pop();
    if (!before) return;
    this.#future.push(this.work);
    this.#stroke.what = '';
    this.#put(before);
  }

  redo(): void {
    const after = this.#future.pop();
    if (!after) return;
    this.#past.push(this.work);
    this.#stroke.what = '';
    this.#put(after);
  }

  /** Says that a row came into being from another: both show the same place of the original. */
  descend(fresh: string, from: string): void {
    const ordinal = this.sources.get(from);
    if (ordinal !== undefined) this.sources = new Map(this.sources).set(fresh, ordinal);
  }

  /** Sends what is not sent yet; resolves when the server has it or has refused it. */
  async save(): Promise<void> {
    clearTimeout(this.#save_timer);
    while (this.#saving) await this.#saving;
    if (this.state === 'saved' || this.state === 'clash') return;
    this.#saving = this.#send().finally(() => (this.#saving = null));
    await this.#saving;
  }

  /** Goes on from the draft of the colleague, with what was carried over. */
  settle(draft: Draft, work: Work, sources: Sources): void {
    this.base = draft;
    this.theirs = null;
    this.sources = sources;
    this.state = 'waiting';
    this.#past.push(this.work);
    this.#put(work);
  }

  /** What the server says after a move. */
  replace(draft: Draft): void {
    this.#take(draft);
    this.#past = [];
    this.#future = [];
    this.#count();
    this.#forget();
  }

  /** The page goes away; resolves when nothing is under way any more. */
  leave(): Promise<void> {
    return this.save();
  }

  get unsaved(): boolean {
    return this.state !== 'saved';
  }

  #take(draft: Draft): void {
    const { work, sources } = work_of(draft);
    this.base = draft;
    this.work = work;
    this.sources = sources;
    this.state = 'saved';
    this.problem = null;
  }

  #put(work: Work): void {
    this.work = work;
    this.#count();
    clearTimeout(this.#keep_timer);
    this.#keep_timer = setTimeout(() => this.#keep(), KEEP_AFTER_MS);
    if (this.state !== 'clash') this.#save_soon();
  }

  #count(): void {
    this.undoable = this.#past.length;
    this.redoable = this.#future.length;
  }

  #save_soon(): void {
    this.state = 'waiting';
    clearTimeout(this.#save_timer);
    this.#save_timer = setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  async #send(): Promise<void> {
    const work = this.work;
    const { edit, sent } = edit_of(this.base, work, this.sources);
    this.state = 'saving';
    try {
      const draft = await this.desk.knowledge.save_draft(this.base.id, edit);
      const sources: Sources = new Map();
      sent.forEach(({ key }, index) => {
        const passage = draft.passages[index];
        if (passage) sources.set(key, passage.ordinal);
      });
      // Split off while the draft was under way.
      for (const { key } of this.work.rows) {
        const old = this.sources.get(key);
        const twin = sent.findIndex((row) => this.sources.get(row.key) === old);
        const passage = draft.passages[twin];
        if (!sources.has(key) && old !== undefined && passage) sources.set(key, passage.ordinal);
      }
      this.base = draft;
      this.sources = sources;
      this.problem = null;
      if (this.work === work) {
        this.state = 'saved';
        this.#forget();
      } else {
        this.#save_soon();
      }
    } catch (error) {
      await this.#refused(error as Problem);
    }
  }

  async #refused(problem: Problem): Promise<void> {
    this.#keep();
    this.problem = problem;
    this.state = 'failed';
    if (problem.code !== 'changed_meanwhile') return;
    try {
      this.theirs = await this.desk.knowledge.draft(this.base.id);
      this.state = 'clash';
    } catch (error) {
      this.problem = error as Problem;
    }
  }

  get #field(): string {
    return `knowledge:${this.base.id}`;
  }

  #keep(): void {
    const { base, work, sources } = this;
    const kept: Kept = { base, work, sources: [...sources] };
    if (this.state !== 'saved') this.desk.drafts.write(this.#field, JSON.stringify(kept));
  }

  #forget(): void {
    clearTimeout(this.#keep_timer);
    this.desk.drafts.write(this.#field, '');
  }

  #kept(): Kept | null {
    try {
      return JSON.parse(this.desk.drafts.read(this.#field) || 'null') as Kept | null;
    } catch {
      return null;
    }
  }
}
