import type { Conversation, LiveConversation, PhoneCall } from '../types';
import { part, type Transport } from './transport';

/** Conversations that go on now, with the machine or with a person. */
export class ConversationsApi {
  constructor(readonly transport: Transport) {}

  live(): Promise<LiveConversation[]> {
    return this.transport.get('conversations/live');
  }

  /** The newest calls on the telephone. */
  calls(): Promise<PhoneCall[]> {
    return this.transport.get('calls');
  }

  one(id: string): Promise<Conversation> {
    return this.transport.get(`conversations/${part(id)}`);
  }

  take(id: string): Promise<Conversation> {
    return this.transport.ask('POST', `conversations/${part(id)}/take`);
  }

  give_back(id: string): Promise<Conversation> {
    return this.transport.ask('POST', `conversations/${part(id)}/give-back`);
  }

  say(id: string, request_id: string, text: string): Promise<Conversation> {
    return this.transport.ask('POST', `conversations/${part(id)}/messages`, { request_id, text });
  }
}
