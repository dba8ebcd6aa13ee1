import { part, type Transport } from '../api/transport';
import type {
  FollowUp,
  NumberLine,
  OptOut,
  Outreaches,
  OutreachDetails,
  OutreachText,
  PastedReport,
  Purpose,
  TrialResult,
  Words,
} from './types';

/** Calls to lists of numbers. */
export class OutreachApi {
  constructor(readonly transport: Transport) {}

  list(community: string): Promise<Outreaches> {
    return this.transport.get('outreach', { community });
  }

  add(outreach: OutreachText & { community_id: string; purpose: Purpose }): Promise<OutreachDetails> {
    return this.transport.ask('POST', 'outreach', outreach);
  }

  one(id: string): Promise<OutreachDetails> {
    return this.transport.get(`outreach/${part(id)}`);
  }

  edit(id: string, text: OutreachText): Promise<OutreachDetails> {
    return this.transport.ask('PATCH', `outreach/${part(id)}`, text);
  }

  set_state(id: string, state: 'running' | 'paused' | 'stopped'): Promise<OutreachDetails> {
    return this.transport.ask('PUT', `outreach/${part(id)}/state`, { state });
  }

  preview(words: Words): Promise<{ script: string[] }> {
    return this.transport.ask('POST', 'outreach/preview', words);
  }

  /** Answers when the call is over. */
  try_out(trial: Words & { account: string | null; number: string }): Promise<TrialResult> {
    return this.transport.slow('POST', 'outreach/trial', trial);
  }

  add_numbers(id: string, text: string): Promise<PastedReport> {
    return this.transport.slow('POST', `outreach/${part(id)}/numbers`, { text });
  }

  numbers(
    id: string,
    after: number,
    state: string,
    whole: boolean,
  ): Promise<{ numbers: NumberLine[]; next: number | null }> {
    return this.transport.get(`outreach/${part(id)}/numbers`, { after, state, whole: String(whole) });
  }

  results_address(id: string): string {
    return this.transport.address(`outreach/${part(id)}/results.csv`);
  }

  set_follow_up(community_id: string, after_hours: number | null): Promise<FollowUp> {
    return this.transport.ask('PUT', 'outreach/follow-up', { community_id, after_hours });
  }

  opt_outs(community: string): Promise<{ opt_outs: OptOut[]; may_remove: boolean }> {
    return this.transport.get('outreach/opt-outs', { community });
  }

  add_opt_out(community_id: string, number: string): Promise<void> {
    return this.transport.tell('POST', 'outreach/opt-outs', { community_id, number });
  }

  remove_opt_out(id: string, reason: string): Promise<void> {
    return this.transport.tell('POST', `outreach/opt-outs/${part(id)}/removal`, { reason });
  }
}
