import type { ProblemDocument } from './types';

/** A request that did not succeed. `code` is stable; `unreachable` means no answer came at all. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    /** Seconds to wait before the next try, where the server says so. */
    readonly retry_after: number | null = null,
  ) {
    super(`${code} ${status} ${detail}`);
  }

  /** Nothing is wrong with the request itself: the network or the server is away for a moment. */
  get passing(): boolean {
    return this.code === 'unreachable' || [502, 503, 504].includes(this.status);
  }

  /** The conversation is gone, or its token no longer opens it. */
  get forgotten(): boolean {
    return this.status === 401 || this.status === 404 || this.status === 410;
  }
}

/** No answer came: the network is down, the server is away or the stream broke off. */
export function unreachable(detail = ''): Problem {
  return new Problem('unreachable', 0, detail);
}

/** What the server said against a request; `null` where it said nothing at all. */
export function refusal(error: unknown): string | null {
  if (!(error instanceof Problem) || error.code === 'unreachable') return null;
  return error.detail || null;
}

/** Reads a problem document, whatever of it is there. */
export function problem_from_document(
  body: ProblemDocument,
  status: number,
  retry_after: number | null = null,
): Problem {
  return new Problem(
    body.code ?? `http_${status}`,
    body.status ?? status,
    body.detail ?? body.title ?? '',
    retry_after,
  );
}

/** Reads the problem that a failed response carries. */
export async function problem_from_response(response: Response): Promise<Problem> {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const retry_after = Number.isFinite(seconds) ? seconds : null;
  let body: ProblemDocument = {};
  try {
    body = (await response.json()) as ProblemDocument;
  } catch {
    // A proxy in between may answer with something that is not a problem document.
  }
  return problem_from_document(body, response.status, retry_after);
}
