import type { Api } from '../shared/api';
import type { Message, Outcome } from '../shared/types';
import type { Heard, NothingReason } from '../shared/voice/types';
import { Announcer } from '../widget/announcer.svelte';
import { Feed } from '../widget/feed.svelte';
import { Order } from '../widget/order';
import { command, type Command } from './commands';
import { KioskConversation } from './conversation.svelte';
import { Ears } from './ears.svelte';
import { named_numbers } from './emergency';
import { Idle } from './idle.svelte';
import { Mouth } from './mouth.svelte';
import type { Reach } from './reach.svelte';
import { KioskSettings, VOLUMES } from './settings.svelte';
import type { Phase } from './strings';

/** A second refusal within this time is the last. */
const REFUSALS_MS = 30_000;

/** What the kiosk says about the last utterance where no question came of it. */
export type Note =
  { kind: 'apology'; maybe: string[]; heard: Heard | null } | { kind: 'unclear' | 'failed' };

/**
 * One resident at the kiosk, from the first touch to the wipe. Everything that is known of them is
 * in this object: when they go, it goes.
 */
export class Session {
  readonly settings: KioskSettings;
  readonly conversation: KioskConversation;
  readonly ears: Ears;
  readonly mouth: Mouth;
  readonly idle: Idle;
  readonly announcer = new Announcer();
  /** What people of the community say here. */
  readonly feed: Feed;
  started = $state(false);
  /** Whether what is said may be kept; null: not answered yet, which is no. */
  agreed = $state<boolean | null>(null);
  note = $state<Note | null>(null);
  #refused_at = 0;

  readonly phase: Phase = $derived.by(() => {
    const { state } = this.ears;
    if (state === 'hearing' || this.ears.pressed) return 'hearing';
    if (state === 'recognising') return 'recognising';
    if (this.mouth.speaking) return 'speaking';
    if (this.thinking) return 'thinking';
    return state === 'listening' || state === 'opening' ? 'listening' : 'resting';
  });

  constructor(
    readonly api: Api,
    readonly reach: Reach,
    query: URLSearchParams,
    /** The resident has gone: drop this session. */
    readonly on_gone: () => void,
  ) {
    this.settings = new KioskSettings(query);
    const key = () => this.conversation.key();
    this.conversation = new KioskConversation(
      api,
      reach.community_id,
      () => this.settings.variety,
      {
        sentence: (sentence, place) => this.#tell(sentence.text, place),
        ended: (_, outcome) => this.#end(outcome),
        failed: () => this.#note({ kind: 'failed' }, this.settings.texts.failed),
        lost: () => reach.lost(),
        opened: (key) => this.feed.follow(key, '', true),
      },
    );
    this.feed = new Feed(api, new Order(), {
      heard: (message) => this.#hear_person(message),
      seen: () => undefined,
    });
    this.feed.attend(true);
    this.mouth = new Mouth(
      api,
      this.settings,
      key,
      () => reach.offer.speaking,
      (speaking) => this.ears.speaking(speaking),
    );
    this.mouth.adjust();
    this.ears = new Ears(api, this.settings, {
      started: () => this.#interrupt(),
      heard: (heard) => this.#hear(heard),
      nothing: (reason) => this.#hear_nothing(reason),
      problem: () => this.#note({ kind: 'unclear' }, this.settings.texts.unclear),
      sign: () => this.idle.sign(),
      broken: () => {
        this.mouth.go_on();
        void reach.look();
      },
      refused: () => this.#begin_anew(),
    });
    this.idle = new Idle(
      () => this.mouth.say_first(this.settings.texts.still_there_spoken),
      () => this.mouth.skip_aside(),
      () => this.on_gone(),
    );
    reach.on_back = () => {
      this.conversation.take_up();
      this.ears.try_again();
      this.feed.look();
    };
  }

  /** An answer is awaited. */
  get thinking(): boolean {
    const { exchange } = this.conversation;
    return exchange?.state === 'open' && exchange.disposition === null;
  }

  /** The kiosk works or speaks, so nobody is expected to do anything. */
  get busy(): boolean {
    return this.phase !== 'listening' && this.phase !== 'resting';
  }

  /** The first touch, or the next after the microphone was closed. */
  begin(): void {
    this.mouth.wake();
    const first = !this.started;
    this.started = true;
    this.listen();
    if (!first) return;
    const { texts, mode } = this.settings;
    if (mode === 'hands_free') this.mouth.say(texts.greeting_spoken);
  }

  listen(): void {
    this.mouth.wake();
    if (this.reach.offer.hearing) void this.ears.open(() => this.conversation.key());
    this.ears.patient(this.settings.patient);
  }

  /** The answer to whether what is said may be kept. */
  agree(agreed: boolean): void {
    this.agreed = agreed;
    this.ears.agreed = agreed;
    this.idle.sign();
    // The line that is open was opened without it.
    if (agreed && this.ears.is_open) this.listen();
  }

  /** Stops listening; the screen stays. */
  mute(): void {
    this.ears.close();
    this.mouth.go_on();
  }

  /** The button to talk goes down. */
  press(): void {
    this.mouth.wake();
    this.started = true;
    this.mouth.hush();
    if (!this.ears.is_open) this.listen();
    this.ears.press();
  }

  /** Asks something that was touched or typed. */
  ask(text: string): void {
    this.mouth.wake();
    const first = !this.started;
    this.started = true;
    if (first && this.settings.mode === 'hands_free') this.listen();
    this.#ask(text, null);
  }

  /** What was heard was meant otherwise: takes it back and listens again. */
  not_meant(): void {
    const exchange = this.conversation.withdraw();
    this.mouth.clear();
    if (!exchange) return;
    const { heard, text } = exchange;
    const maybe = (heard?.alternatives ?? []).filter((other) => other !== text).slice(0, 3);
    this.#note({ kind: 'apology', maybe, heard }, this.settings.texts.apology);
    if (!this.ears.is_open) this.listen();
  }

  /** One of the things that may have been said instead. */
  choose(text: string, heard: Heard | null): void {
    this.#ask(text, heard);
  }

  /** Says the answer once more. */
  again(): void {
    this.mouth.clear();
    this.conversation.exchange?.sentences.forEach(({ text }, place) => this.mouth.say(text, place));
  }

  /** Speaks more slowly from now on, beginning with the sentence that sounds. */
  slower(): void {
    const { settings, mouth } = this;
    settings.speed = Math.max(0, settings.speed - 1);
    mouth.adjust();
    if (mouth.speaking) mouth.anew();
    else if (mouth.paused) mouth.go_on();
    else this.again();
  }

  choose_variety(variety: string): void {
    this.settings.variety = variety;
    this.conversation.choose_variety(variety).catch(() => this.reach.lost());
  }

  /** Takes another way of talking: the ear is told by a new line. */
  choose_mode(mode: KioskSettings['mode']): void {
    this.settings.mode = mode;
    const open = this.ears.is_open;
    this.ears.close();
    if (open) this.listen();
  }

  close(): void {
    this.idle.stop();
    this.ears.close();
    this.mouth.close();
    this.feed.close();
    this.conversation.close();
    this.announcer.clear();
    this.reach.on_back = () => undefined;
  }

  #ask(text: string, heard: Heard | null): void {
    this.mouth.clear();
    this.announcer.clear();
    this.note = null;
    this.conversation.send(text, heard);
  }

  /** The server has forgotten the conversation: another one listens. */
  #begin_anew(): void {
    this.conversation.forget_key();
    const now = Date.now();
    const again = now - this.#refused_at < REFUSALS_MS;
    this.#refused_at = now;
    // A server that refuses everything is not asked without end.
    if (again) this.ears.close();
    else void this.ears.open(() => this.conversation.key());
  }

  #interrupt(): void {
    this.idle.sign();
    this.mouth.hush();
  }

  #hear(heard: Heard): void {
    this.idle.sign();
    // Only what has been answered can be said again, or otherwise.
    const told = this.conversation.exchange ? command(heard.standard || heard.text) : null;
    if (told) return this.#obey(told);
    this.#ask(heard.text, heard);
  }

  #obey(told: Command): void {
    switch (told) {
      case 'again':
        return this.again();
      case 'slower':
        return this.slower();
      case 'stop':
        return this.mouth.hush();
      case 'not_meant':
        return this.not_meant();
      default: {
        const step = told === 'louder' ? 1 : -1;
        const volume = this.settings.volume + step;
        // Nobody who asks for less wants to hear nothing.
        this.settings.volume = Math.max(1, Math.min(VOLUMES.length - 1, volume));
        this.mouth.adjust();
        this.mouth.go_on();
      }
    }
  }

  #hear_nothing(reason: NothingReason): void {
    if (reason === 'unclear') this.#note({ kind: 'unclear' }, this.settings.texts.unclear);
    else this.mouth.go_on();
  }

  /** Says something on screen and aloud, instead of an answer. */
  #note(note: Note, spoken: string): void {
    this.mouth.clear();
    this.note = note;
    this.#tell(spoken, null);
  }

  /** By voice, or else for a screen reader: never both. */
  #tell(text: string, place: number | null): void {
    this.mouth.say(text, place);
    if (!this.mouth.audible) this.announcer.say(text);
  }

  #end({ disposition, work_order, suggestions = [] }: Outcome): void {
    const { texts } = this.settings;
    const sentences = this.conversation.exchange?.sentences ?? [];
    if (disposition === 'emergency') {
      const numbers = named_numbers(sentences.map(({ text }) => text).join(''));
      this.announcer.alarm(texts.emergency);
      // Where the reply begins with a number it is being said already.
      if (named_numbers(sentences[0]?.text ?? '').length === 0) {
        this.mouth.say_first(texts.emergency_spoken(numbers.length > 0 ? numbers : ['120']));
      }
    }
    if (work_order && disposition !== 'emergency') this.#tell(texts.order_spoken, null);
    // A single one stands in the question itself.
    if (disposition === 'clarify' && suggestions.length > 1) {
      this.#tell(texts.you_may_say(suggestions), null);
    }
    // Whoever was asked something has to think, or to read a number from a paper.
    this.ears.patient(this.settings.patient || disposition === 'clarify');
  }

  #hear_person(message: Message): void {
    this.idle.sign();
    const { texts } = this.settings;
    const by = message.author === 'worker' ? texts.said_by_staff(message.name ?? '') : texts.notice;
    const words = `${by}${message.text}`;
    // A person is heard also where the machine was told to be quiet.
    this.mouth.say_first(words);
    if (!this.mouth.audible) this.announcer.say(words);
  }
}
