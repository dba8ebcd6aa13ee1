import { mount, unmount } from 'svelte';
import { Api } from '../shared/api';
import { Settings } from '../shared/settings.svelte';
import { Speech } from '../shared/speech.svelte';
import { Announcer } from './announcer.svelte';
import { Conversation } from './conversation.svelte';
import { WidgetVoice } from './voice.svelte';
import WidgetView from './Widget.svelte';
import style from './widget.css?inline';

/** What a host page may set, on the script tag as `data-…` or on the element itself. */
const OPTIONS = ['community', 'title', 'question', 'open', 'elder'] as const;

/** Attributes for the element from the data of the script tag. */
export function load_options(data: DOMStringMap): Record<string, string> {
  const options: Record<string, string> = {};
  for (const name of OPTIONS) {
    const value = data[name];
    if (value !== undefined) options[name === 'title' ? 'heading' : name] = value;
  }
  return options;
}

/** What the view lets the element do. */
interface Widget {
  show(): void;
  hide(): void;
  ask(text: string): void;
  track(number: string): void;
}

interface Running {
  widget: Widget;
  conversation: Conversation;
  settings: Settings;
  speech: Speech;
  voice: WidgetVoice;
}

/** Gives the shadow root its styles. */
function dress(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) {
    // A constructed sheet needs no 'unsafe-inline' in the page's security policy.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const element = document.createElement('style');
  element.textContent = style;
  (root as ShadowRoot).replaceChildren(element);
}

/**
 * `<xiangyin-widget community="demo">`: the assistant on any page. Its shadow root keeps the
 * page's styles out and its own in. A page may call `ask`, `show`, `hide` and `track`, and set the
 * custom properties `--xiangyin-accent`, `--xiangyin-on-accent`, `--xiangyin-font`,
 * `--xiangyin-z-index`, `--xiangyin-right` and `--xiangyin-bottom`.
 */
export class XiangyinWidget extends HTMLElement {
  /** Address of the server that the script came from. */
  static base = '';

  #running: Running | null = null;

  constructor() {
    super();
    // Keys typed here are not the host page's shortcuts.
    for (const kind of ['keydown', 'keyup', 'keypress']) {
      this.addEventListener(kind, (event) => event.stopPropagation());
    }
  }

  connectedCallback(): void {
    if (this.#running) return;
    const community = this.getAttribute('community');
    if (!community) {
      console.warn('xiangyin-widget: the attribute "community" is missing');
      return;
    }
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    dress(root);

    const settings = new Settings({ elder: this.#is_set('elder') });
    const announcer = new Announcer();
    const speech = new Speech();
    const api = new Api(XiangyinWidget.base);
    const channel = new URL(api.base).origin === location.origin ? 'web' : 'widget';
    const conversation = new Conversation(api, community, channel, announcer, settings);
    const voice = new WidgetVoice(
      api,
      () => conversation.key(),
      ({ text, utterance }) => conversation.send(text, utterance),
      (reader) => (speech.served = reader),
    );
    const widget = mount(WidgetView, {
      target: root,
      props: {
        conversation,
        settings,
        announcer,
        speech,
        voice,
        heading: this.getAttribute('heading'),
        question: this.getAttribute('question'),
        opened: this.#is_set('open'),
      },
    }) as Widget;
    this.#running = { widget, conversation, settings, speech, voice };
  }

  disconnectedCallback(): void {
    const running = this.#running;
    this.#running = null;
    if (!running) return;
    running.conversation.close();
    running.settings.stop_listening();
    running.speech.close();
    running.voice.leave();
    void unmount(running.widget as unknown as Record<string, unknown>);
  }

  /** Opens the widget. */
  show(): void {
    this.#running?.widget.show();
  }

  /** Closes the widget; the conversation stays. */
  hide(): void {
    this.#running?.widget.hide();
  }

  /** Opens the widget and asks. */
  ask(text: string): void {
    this.#running?.widget.ask(text);
  }

  /** Opens the form that shows how far a work order is, filled in with its number. */
  track(number = ''): void {
    this.#running?.widget.track(number);
  }

  #is_set(name: string): boolean {
    return this.hasAttribute(name) && this.getAttribute(name) !== 'false';
  }
}
