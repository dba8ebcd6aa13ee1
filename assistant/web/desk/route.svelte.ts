/** Where the worker is: `#/inbox/mine/W1?kind=报修` is a path of three parts and a query. */
export class Route {
  parts = $state.raw<string[]>([]);
  query = $state.raw<URLSearchParams>(new URLSearchParams());

  constructor() {
    // Alerts by mail and chat link to /desk?order=NUMBER.
    const linked = new URLSearchParams(location.search).get('order');
    if (linked)
      history.replaceState(null, '', `${location.pathname}${address(['inbox', 'all', linked])}`);
    this.#read();
    window.addEventListener('hashchange', () => this.#read());
    window.addEventListener('popstate', () => this.#read());
  }

  /** Goes there; `replace` leaves no step for the Back button. */
  go(address: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#read();
  }

  #read(): void {
    const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
    this.parts = path.split('/').filter(Boolean).map(decoded);
    this.query = new URLSearchParams(query);
  }
}

/** The address of a page of the desk. */
export function address(
  parts: string[],
  query: Record<string, string> | URLSearchParams = {},
): string {
  const search = new URLSearchParams(query);
  for (const [name, value] of [...search]) if (value === '') search.delete(name);
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
