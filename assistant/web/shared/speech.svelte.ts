/** Reads sentences with another voice, tells when it has finished; gives back what stops it. */
export type Reader = (sentences: string[], slower: boolean, finished: () => void) => () => void;

/**
 * Reads text aloud with the server's voice, else with a Chinese voice of this device. Voices that
 * send the text elsewhere are not used: what a resident asks stays between them and their
 * community.
 */
export class Speech {
  /** The server's voice, where it has one. */
  served = $state.raw<Reader | null>(null);
  /** What is being read now, by the key it was started with. */
  speaking = $state<string | null>(null);
  #voice = $state.raw<SpeechSynthesisVoice | null>(null);
  #stop_served: (() => void) | null = null;

  constructor() {
    if (!('speechSynthesis' in window)) return;
    this.#find_voice();
    window.speechSynthesis.addEventListener('voiceschanged', this.#find_voice);
  }

  /** Whether there is a voice to read with. */
  get available(): boolean {
    return this.served !== null || this.#voice !== null;
  }

  /** Reads `sentences` one after the other; the same key again stops. */
  toggle(key: string, sentences: string[], slower: boolean): void {
    const again = this.speaking === key;
    this.stop();
    if (again || !this.available) return;
    this.speaking = key;
    if (this.served) {
      this.#stop_served = this.served(sentences, slower, () => this.#finished(key));
      return;
    }
    // One utterance a sentence: browsers cut long ones off.
    sentences.forEach((text, index) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = this.#voice;
      utterance.lang = this.#voice?.lang ?? 'zh-CN';
      utterance.rate = slower ? 0.8 : 0.95;
      if (index === sentences.length - 1) {
        utterance.onend = () => this.#finished(key);
      }
      utterance.onerror = () => this.#finished(key);
      window.speechSynthesis.speak(utterance);
    });
  }

  stop(): void {
    if (this.speaking === null) return;
    this.speaking = null;
    this.#stop_served?.();
    this.#stop_served = null;
    if ('speechSynthesis' in window) window.speechSynthesis.cancel();
  }

  /** Stops, and listens for voices no more. */
  close(): void {
    this.stop();
    if ('speechSynthesis' in window) {
      window.speechSynthesis.removeEventListener('voiceschanged', this.#find_voice);
    }
  }

  #finished(key: string): void {
    if (this.speaking === key) this.speaking = null;
  }

  #find_voice = (): void => {
    const chinese = window.speechSynthesis
      .getVoices()
      .filter((voice) => voice.localService && /^(zh|cmn|yue)\b/i.test(voice.lang));
    const mainland = chinese.find((voice) => /^(zh|cmn)[-_](Hans[-_])?CN/i.test(voice.lang));
    this.#voice = mainland ?? chinese[0] ?? null;
  };
}
