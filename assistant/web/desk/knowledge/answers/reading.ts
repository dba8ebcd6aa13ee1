/** Characters that a listener follows in a minute; 普通话 is read out at about 240. */
const PER_MINUTE = 240;
/** Longer answers are not remembered when they are heard once. */
export const EASY_LENGTH = 120;
const EASY_SENTENCE = 32;

export interface Reading {
  characters: number;
  seconds: number;
  /** Sentences that are too long to follow by ear. */
  long_sentences: number;
}

/** How long a text is for who hears it. */
export function reading_of(text: string): Reading {
  const characters = [...text.replace(/\s/g, '')].length;
  const sentences = text.split(/[。！？；\n]/).map((one) => one.trim());
  return {
    characters,
    seconds: Math.round((characters / PER_MINUTE) * 60),
    long_sentences: sentences.filter((one) => [...one].length > EASY_SENTENCE).length,
  };
}
