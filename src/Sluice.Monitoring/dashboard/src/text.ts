const days = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const times = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const time = (date: Date): string => times.format(date);
export const day = (text: string): string => days.format(new Date(text));

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; value >= 999.95 && unit < units.length - 1; unit++) value /= 1000;
  return value.toFixed(unit === 0 ? 0 : 1) + units[unit];
}

/** How long, in its two largest units: 3 d 4 h. */
export function span(seconds: number): string {
  const units: [string, number][] = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, length]) => seconds >= length);
  if (first < 0) return '0 s';
  return units.slice(first, first + 2).map(([name, length]) => { const n = Math.floor(seconds / length); seconds -= n * length; return n > 0 ? `${n} ${name}` : ''; }).filter(Boolean).join(' ');
}

export function ago(text: string, now: string): string {
  return span(Math.max(0, (Date.parse(now) - Date.parse(text)) / 1000)) + ' ago';
}
