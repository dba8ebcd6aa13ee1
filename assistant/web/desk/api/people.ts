import type { Account, AuditEvent, DutyShift, Me, Role } from '../types';
import type { SessionInfo } from '../types-more';
import { part, type Transport } from './transport';

export interface AccountEdit {
  name?: string;
  phone?: string | null;
  email?: string | null;
  roles?: { community_id: string; role: Role }[];
  disabled?: boolean;
}

/** Who works here: sign-in, accounts, duty, the audit trail. */
export class PeopleApi {
  constructor(readonly transport: Transport) {}

  me(): Promise<Me> {
    return this.transport.get('me');
  }

  sign_in(login: string, password: string): Promise<Me> {
    return this.transport.ask('POST', 'sign-in', { login, password });
  }

  sign_out(): Promise<void> {
    return this.transport.tell('POST', 'sign-out');
  }

  change_password(old: string, fresh: string): Promise<void> {
    return this.transport.tell('PUT', 'me/password', { old, new: fresh });
  }

  sessions(): Promise<SessionInfo[]> {
    return this.transport.get('me/sessions');
  }

  end_session(id: string): Promise<void> {
    return this.transport.tell('DELETE', `me/sessions/${part(id)}`);
  }

  accounts(community: string): Promise<Account[]> {
    return this.transport.get('accounts', { community });
  }

  /** The one-time password is shown once and never again. */
  add_account(
    account: AccountEdit & { login: string; name: string },
  ): Promise<{ account: Account; password: string }> {
    return this.transport.ask('POST', 'accounts', account);
  }

  edit_account(id: string, edit: AccountEdit): Promise<Account> {
    return this.transport.ask('PATCH', `accounts/${part(id)}`, edit);
  }

  reset_password(id: string): Promise<{ password: string }> {
    return this.transport.ask('POST', `accounts/${part(id)}/password`);
  }

  duty(community: string, from: number, to: number): Promise<DutyShift[]> {
    return this.transport.get('duty', { community, from, to });
  }

  add_duty(shift: {
    community_id: string;
    account_id: string;
    starts_at: number;
    ends_at: number;
  }): Promise<DutyShift> {
    return this.transport.ask('POST', 'duty', shift);
  }

  remove_duty(id: string): Promise<void> {
    return this.transport.tell('DELETE', `duty/${part(id)}`);
  }

  audit(query: {
    subject?: string;
    account?: string;
    before?: number | null;
    limit: number;
  }): Promise<AuditEvent[]> {
    return this.transport.get('audit', query);
  }
}
