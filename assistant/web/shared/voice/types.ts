/** What the server says about voice, hears and speaks, field by field as it stands on the wire. */

/** What the server can do with sound. */
export interface VoiceOffer {
  /** A recogniser is loaded. */
  hearing: boolean;
  /** A voice is loaded. */
  speaking: boolean;
  voices: { id: string; name: string }[];
  /** Samples a second that it wants to hear. */
  sample_rate: number;
}

/** `hands_free`: the server notices where an utterance ends; `press`: the resident says so. */
export type HearingMode = 'hands_free' | 'press';

/** What was recognised of one utterance. */
export interface Heard {
  utterance: string;
  /** As it was said. */
  text: string;
  /** The same in standard Mandarin. */
  standard: string;
  variety: string | null;
  /** 0 to 1. */
  certainty: number;
  /** What it may have been instead, likeliest first. */
  alternatives: string[];
}

/** Why nothing came of what was listened to. */
export type NothingReason = 'silence' | 'no_speech' | 'invented' | 'loop' | 'unclear' | 'filler';

/** One message of the server while it listens. */
export type HearingMessage =
  | { type: 'ready' }
  | { type: 'speech_started' }
  | { type: 'partial'; text: string }
  | { type: 'speech_ended' }
  | ({ type: 'heard' } & Heard)
  | { type: 'nothing'; reason: NothingReason }
  | { type: 'problem'; title: string; detail: string };

/** When a stretch of text sounds. */
export interface Mark {
  /** First and past-the-last UTF-16 index in the text that was asked for. */
  from: number;
  to: number;
  /** Seconds from the beginning of the piece. */
  starts: number;
  ends: number;
}

/** A stretch of speech. */
export interface SpeechPiece {
  /** A WAV file in base64. */
  audio: string;
  seconds: number;
  marks: Mark[];
}

export interface SpeechRequest {
  text: string;
  voice: string | null;
  /** 0.5 to 2; 1 is the voice's own. */
  speed: number;
  /** 0.5 to 2. */
  volume: number;
}
