/** A server-sent event with JSON data. */
export interface Event {
  event: string;
  data: unknown;
  id: string;
}

/** The events of a stream, until it ends or `enough` says so. */
export async function events(reply: Response, enough: (event: Event) => boolean = () => false): Promise<Event[]> {
  const found: Event[] = [];
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) return found;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s) as [string, string]),
      );
      text = text.slice(end + 2);
      if (!lines.event) continue;
      const event = { event: lines.event, data: JSON.parse(lines.data ?? 'null'), id: lines.id ?? '' };
      found.push(event);
      if (enough(event)) {
        await reader?.cancel();
        return found;
      }
    }
  }
}
