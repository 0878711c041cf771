const LOOPBACK = /^(localhost|[a-z0-9-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Whether a request was meant for this server: its Host is the public one or loopback. A rebound DNS name would otherwise
 * let a web page read and write here.
 */
export function isOurHost(publicUrl: string, request: Request): boolean {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  return host === new URL(publicUrl).host || LOOPBACK.test(host);
}
