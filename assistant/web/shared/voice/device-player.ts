import type { Player } from './player';

/** Says text with a Chinese voice of this device, for servers that have none. */
export class DevicePlayer implements Player {
  /** 1 is the voice's own speed. */
  speed = 1;
  /** 0 to 1. */
  volume = 1;

  /** Voices that send the text elsewhere are not used. */
  static find_voice(): SpeechSynthesisVoice | null {
    if (!('speechSynthesis' in window)) return null;
    const voices = window.speechSynthesis.getVoices();
    return (
      voices.find(({ localService, lang }) => localService && /^(zh|cmn)\b/i.test(lang)) ?? null
    );
  }

  prepare(): void {
    // The device needs no time.
  }

  forget(): void {
    window.speechSynthesis.cancel();
  }

  play(
    text: string,
    marked: (from: number, to: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const voice = DevicePlayer.find_voice();
    if (!voice) return Promise.reject(new Error('no voice'));
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = this.speed;
    utterance.volume = Math.min(1, this.volume);
    return new Promise((resolve) => {
      utterance.onboundary = ({ charIndex, charLength }) =>
        marked(charIndex, charIndex + (charLength || 1));
      utterance.onend = () => resolve();
      utterance.onerror = () => resolve();
      signal.addEventListener(
        'abort',
        () => {
          window.speechSynthesis.cancel();
          resolve();
        },
        { once: true },
      );
      window.speechSynthesis.speak(utterance);
    });
  }
}
