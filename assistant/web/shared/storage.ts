/**
 * Small values kept in the browser. Where the browser forbids it (a private window, a sandboxed
 * frame), they last as long as the page.
 */
const memory = new Map<string, string>();

export function load<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(key) ?? memory.get(key) ?? null;
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    const text = memory.get(key);
    return text === undefined ? null : (JSON.parse(text) as T);
  }
}

export function save(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  memory.set(key, text);
  try {
    localStorage.setItem(key, text);
  } catch {
    // Kept in memory above.
  }
}

export function remove(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Removed from memory above.
  }
}
