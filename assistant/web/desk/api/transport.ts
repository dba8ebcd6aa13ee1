import { type Problem, problem_from_response, unreachable } from '../../shared/problem';

/** A request that takes longer is taken for lost. */
const PATIENCE_MS = 30_000;
/** Where models are asked, the answer takes longer. */
const LONG_PATIENCE_MS = 600_000;

export type Query = Record<string, string | number | null | undefined>;

/** Requests of the signed-in account. Every method throws `Problem`. */
export class Transport {
  /** Told of every refusal: the session may have ended meanwhile. */
  on_refused: (problem: Problem) => void = () => undefined;

  /** `base` is the address of the desk's interface and ends with a slash. */
  constructor(readonly base: string) {}

  /** The address of `path` with the parts of `query` that say something. */
  address(path: string, query: Query = {}): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
    }
    const text = search.toString();
    return this.base + path + (text ? `?${text}` : '');
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#json('GET', this.address(path, query));
  }

  /** A write that answers with a document. */
  ask<T>(method: string, path: string, body: unknown = {}): Promise<T> {
    return this.#json(method, this.address(path), body);
  }

  /** As `ask`, of what takes the server longer than a moment. */
  slow<T>(method: string, path: string, body: unknown = {}): Promise<T> {
    return this.#json(method, this.address(path), body, LONG_PATIENCE_MS);
  }

  /** A write whose answer says nothing more. */
  async tell(method: string, path: string, body: unknown = {}): Promise<void> {
    await this.#send(method, this.address(path), body);
  }

  async #json<T>(
    method: string,
    address: string,
    body?: unknown,
    patience_ms = PATIENCE_MS,
  ): Promise<T> {
    const response = await this.#send(method, address, body, patience_ms);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw unreachable(String(error));
    }
  }

  async #send(
    method: string,
    address: string,
    body?: unknown,
    patience_ms = PATIENCE_MS,
  ): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience_ms);
    const request: RequestInit = {
      method,
      headers: { accept: 'application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    };
    if (body !== undefined) {
      request.headers = { ...request.headers, 'content-type': 'application/json' };
      request.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await fetch(address, request);
    } catch (error) {
      throw unreachable(String(error));
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const problem = await problem_from_response(response);
    this.on_refused(problem);
    throw problem;
  }
}

export function part(text: string): string {
  return encodeURIComponent(text);
}
