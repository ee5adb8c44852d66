const days = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const times = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dates = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const time = (date: Date): string => times.format(date);

/** A moment of a period; seconds since the Unix epoch. */
export const moment = (at: number, period: string): string => (period === 'month' ? `${dates.format(at * 1000)}, ${clock.format(at * 1000)}` : days.format(at * 1000));

/** A moment up to now: with its weekday, and with its date once there may be another of that weekday since. */
export const day = (text: string, now: string): string => moment(Date.parse(text) / 1000, Date.parse(now) - Date.parse(text) < 6 * 86_400_000 ? 'day' : 'month');

/** Labels of an axis of time as this reader writes times, the date under the first one of each day; seconds since the Unix epoch, and between two. */
export function moments(at: number[], step: number): string[] {
  const shown = at.map((seconds) => new Date(seconds * 1000)), days = shown.map((one) => dates.format(one));
  return shown.map((one, i) => (step >= 86400 ? days[i]! : clock.format(one) + (i === 0 || days[i] !== days[i - 1] ? `\n${days[i]}` : '')));
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; value >= 999.95 && unit < units.length - 1; unit++) value /= 1000;
  return value.toFixed(unit === 0 ? 0 : 1) + units[unit];
}

/** How long, in its largest units: 3 d 4 h. */
export function span(seconds: number, shown = 2): string {
  const units: [string, number][] = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, length]) => seconds >= length);
  if (first < 0) return '0 s';
  return units.slice(first, first + shown).map(([name, length]) => { const n = Math.floor(seconds / length); seconds -= n * length; return n > 0 ? `${n} ${name}` : ''; }).filter(Boolean).join(' ');
}

export function ago(text: string, now: string, shown = 2): string {
  return span(Math.max(0, (Date.parse(now) - Date.parse(text)) / 1000), shown) + ' ago';
}
