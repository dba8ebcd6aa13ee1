/**
 * Reads text aloud with a Chinese voice of this device. Voices that send the text elsewhere are
 * not used: what a resident asks stays between them and their community.
 */
export class Speech {
  /** Whether this browser has such a voice. */
  available = $state(false);
  /** What is being read now, by the key it was started with. */
  speaking = $state<string | null>(null);
  #voice: SpeechSynthesisVoice | null = null;

  constructor() {
    if (!('speechSynthesis' in window)) return;
    this.#find_voice();
    window.speechSynthesis.addEventListener('voiceschanged', this.#find_voice);
  }

  /** Reads `sentences` one after the other; the same key again stops. */
  toggle(key: string, sentences: string[], slower: boolean): void {
    const again = this.speaking === key;
    this.stop();
    if (again || !this.#voice) return;
    this.speaking = key;
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
    window.speechSynthesis.cancel();
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
    this.available = this.#voice !== null;
  };
}
