/** Something that makes text sound: the server's voice or the device's. */
export interface Player {
  /**
   * Says `text` to its end, or until `signal` stops it. `marked` is told which stretch sounds now,
   * as UTF-16 indices. Throws where nothing can be heard.
   */
  play(
    text: string,
    marked: (from: number, to: number) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** The text will be wanted next. */
  prepare(text: string): void;
  /** Drops what was fetched or kept. */
  forget(): void;
}
