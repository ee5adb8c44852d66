import type { Summary, Trend } from './types';

const kept = 'sluice.token';

function headers(): HeadersInit {
  const token = sessionStorage.getItem(kept);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

export class NeedsToken extends Error {}

/** The server knows no such question. */
export class Refused extends Error {}

async function ask(path: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(path, { headers: headers(), signal, cache: 'no-store' });
  if (response.status === 401) throw new NeedsToken();
  if (!response.ok) throw new (response.status === 400 ? Refused : Error)(((await response.json().catch(() => null)) as { detail?: string } | null)?.detail ?? `the server answered ${response.status}`);
  return response;
}

export const hasToken = (): boolean => !!sessionStorage.getItem(kept);

export const setToken = (token: string): void => sessionStorage.setItem(kept, token);

const of = (node: string): string => (node ? `&node=${encodeURIComponent(node)}` : '');

export const trend = async (period: string, scope: string, node: string): Promise<Trend> => (await ask(`/v1/monitoring/trend?period=${period}&scope=${scope}${of(node)}`)).json();

/** Longer than the server takes for anything: after that it hangs, or the way to it is gone, which a connection does not tell. */
const patience = 15_000;

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, refuse) => { timer = setTimeout(() => refuse(new Error(`the server has said nothing for ${patience / 1000} s`)), patience); });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Reads the server's events. Not with EventSource, which cannot send a token. Ends when the connection does, or nothing comes any more. */
export async function follow(period: string, node: string, signal: AbortSignal, take: (summary: Summary) => void): Promise<void> {
  const mine = new AbortController(), leave = (): void => mine.abort();
  signal.addEventListener('abort', leave);
  try {
    const response = await inTime(ask(`/v1/monitoring/stream?period=${period}${of(node)}`, mine.signal));
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let pending = '';
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      pending += value;
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        const event = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (event.startsWith('data: ')) take(JSON.parse(event.slice(6)) as Summary);
      }
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}
