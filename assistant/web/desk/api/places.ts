import type { AlertTarget, CannedReply, Figures, HeatMap, Place } from '../types';
import type { LocalDay, LocalWord, PlaceDetails, PlaceHours, Recording, UnknownWord } from '../types-more';
import { part, type Query, type Transport } from './transport';

/** The tree of places, what is said and told there, and its figures. */
export class PlacesApi {
  constructor(readonly transport: Transport) {}

  all(): Promise<Place[]> {
    return this.transport.get('places');
  }

  add(place: { id: string; parent_id: string; kind: string; name: string }): Promise<Place> {
    return this.transport.ask('POST', 'places', place);
  }

  edit(id: string, edit: PlaceDetails): Promise<Place> {
    return this.transport.ask('PATCH', `places/${part(id)}`, edit);
  }

  hours(id: string): Promise<PlaceHours> {
    return this.transport.get(`places/${part(id)}/hours`);
  }

  set_day(id: string, { day, kind, name }: LocalDay): Promise<void> {
    return this.transport.tell('PUT', `places/${part(id)}/days/${part(day)}`, { kind, name });
  }

  remove_day(id: string, day: string): Promise<void> {
    return this.transport.tell('DELETE', `places/${part(id)}/days/${part(day)}`);
  }

  canned_replies(community: string): Promise<CannedReply[]> {
    return this.transport.get('canned-replies', { community });
  }

  add_canned_reply(reply: Omit<CannedReply, 'id'>): Promise<CannedReply> {
    return this.transport.ask('POST', 'canned-replies', reply);
  }

  edit_canned_reply(id: string, edit: { title: string; text: string }): Promise<CannedReply> {
    return this.transport.ask('PATCH', `canned-replies/${part(id)}`, edit);
  }

  remove_canned_reply(id: string): Promise<void> {
    return this.transport.tell('DELETE', `canned-replies/${part(id)}`);
  }

  alert_targets(community: string): Promise<AlertTarget[]> {
    return this.transport.get('alert-targets', { community });
  }

  add_alert_target(target: {
    community_id: string;
    name: string;
    target: Record<string, string | null>;
    events: string[];
  }): Promise<AlertTarget & { secret?: string }> {
    return this.transport.ask('POST', 'alert-targets', target);
  }

  remove_alert_target(id: string): Promise<void> {
    return this.transport.tell('DELETE', `alert-targets/${part(id)}`);
  }

  test_alert_target(id: string): Promise<void> {
    return this.transport.tell('POST', `alert-targets/${part(id)}/test`);
  }

  recordings(community: string, training: boolean): Promise<Recording[]> {
    return this.transport.get('recordings', { community, training: String(training) });
  }

  recordings_address(community: string): string {
    return this.transport.address('recordings/export', { community });
  }

  correct_recording(
    id: string,
    correction: { corrected: string | null; training: boolean },
  ): Promise<void> {
    return this.transport.tell('PATCH', `recordings/${part(id)}`, correction);
  }

  words(community: string): Promise<LocalWord[]> {
    return this.transport.get('words', { community });
  }

  unknown_words(community: string): Promise<UnknownWord[]> {
    return this.transport.get('words/unknown', { community });
  }

  add_word(word: LocalWord): Promise<LocalWord> {
    return this.transport.ask('POST', 'words', word);
  }

  /** Takes every meaning of a form back. */
  remove_word(community_id: string, form: string): Promise<void> {
    return this.transport.tell('DELETE', 'words', { community_id, form });
  }

  /** What residents say, as the assistant reads it. */
  understand(community: string, text: string): Promise<{ text: string; standard: string }> {
    return this.transport.ask('POST', 'words/understand', { community, text });
  }

  figures(query: Query): Promise<Figures> {
    return this.transport.get('figures', query);
  }

  figures_csv(query: Query): string {
    return this.transport.address('figures.csv', query);
  }

  heat_map(query: Query): Promise<HeatMap> {
    return this.transport.get('heat-map', query);
  }
}
