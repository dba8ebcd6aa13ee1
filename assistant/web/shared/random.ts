/** A random UUID (RFC 9562 version 4). `crypto.randomUUID` is missing on pages without TLS. */
export function random_id(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Names requests so that the server acts once: the same request sent again after a lost answer has
 * the same id, another one a new id.
 */
export function request_ids(): (request: unknown) => string {
  let last = '';
  let id = '';
  return (request) => {
    const now = JSON.stringify(request);
    if (now !== last) id = random_id();
    last = now;
    return id;
  };
}
