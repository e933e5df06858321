/** What people write into the server field, as origins to try. */

/** Only the own machine is spoken to without TLS unasked. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || /^127\.[\d.]+$/.test(host) || host === '[::1]';

/**
 * Origins in the order to try: `https` first, `http` for the loopback address or where it was written out.
 * Takes a domain, `host:port` or a URL; an empty list means that nothing can be made of it.
 */
export const serverOrigins = (written: string): string[] => {
  const text = written.trim();
  if (text === '' || text.length > 512 || /\s/.test(text)) return [];
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') return [];
  const url = URL.parse(scheme === undefined ? `https://${text}` : text);
  if (!url || url.hostname === '' || url.username !== '' || url.password !== '') return [];
  if (scheme !== undefined) return [url.origin];
  return isLoopback(url.hostname) ? [url.origin, `http://${url.host}`] : [url.origin];
};
