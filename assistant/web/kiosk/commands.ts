/** What a resident may tell the kiosk itself, as they would tell a person. */
export type Command = 'again' | 'slower' | 'stop' | 'louder' | 'softer' | 'not_meant';

/** Whole utterances only: the same words within a question are part of the question. */
const WORDS: [Command, RegExp][] = [
  ['again', /^(请|麻烦)?(你|您)?再(说|讲|念|读)一(遍|次|下)(吧)?$/],
  ['slower', /^(请|麻烦)?(你|您)?(说|讲)?慢(一)?点(儿)?(说|讲)?(吧)?$/],
  ['stop', /^(停|停下|停一下|别说了|莫说了|不用说了|不要说了)(吧)?$/],
  ['louder', /^(请|麻烦)?(你|您)?(声音)?(说|讲)?大(声)?(一)?点(儿)?(声)?(说|讲)?(吧)?$/],
  ['softer', /^(请|麻烦)?(你|您)?(声音)?(说|讲)?小(声)?(一)?点(儿)?(声)?(说|讲)?(吧)?$/],
  ['not_meant', /^(我)?(说的)?不是(这个|那个)(意思)?$/],
];

/** The command that an utterance is, or `null` where it is something to be answered. */
export function command(text: string): Command | null {
  const words = text.replace(/[\s，。！？、,.!?]/g, '');
  return WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}
