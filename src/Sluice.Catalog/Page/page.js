// What the parts of the page share: the API, elements, words.
const kept = 'sluice.token';
// Longer than the server takes to refuse what takes long: after that it hangs, or the way to it is gone, which a connection does not tell.
const patience = 40_000;

export const byId = id => document.getElementById(id);

/** Makes an element. */
export function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export const setToken = token => sessionStorage.setItem(kept, token);

/** Asks the API; what it refuses is an error in its own words. */
export async function ask(method, path, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  const token = sessionStorage.getItem(kept);
  if (token) headers.Authorization = 'Bearer ' + token;
  let answer;
  const late = new AbortController(), timer = setTimeout(() => late.abort(), patience);
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: late.signal });
  } catch {
    throw Object.assign(new Error('The server cannot be reached. Trying again …'), { passing: true });
  } finally {
    clearTimeout(timer);
  }
  if (answer.status === 401) throw Object.assign(new Error(token ? 'That is not the token of this API.' : ''), { needsToken: true });
  const json = await answer.json().catch(() => null);
  if (!answer.ok) throw Object.assign(new Error(json?.message ?? json?.detail ?? `The server answered ${answer.status}.`), { isGone: answer.status === 404 });
  return json;
}

/** Shows what went wrong, until something goes well; nothing to take it back. */
export function complain(error) {
  byId('problem').textContent = error?.message ?? '';
  byId('problem').hidden = !error?.message;
}

let saying = 0;

/** Says something for a moment. */
export function say(text) {
  byId('said').textContent = text;
  byId('said').classList.add('on');
  clearTimeout(saying);
  saying = setTimeout(() => byId('said').classList.remove('on'), 2500);
}

export function bytes(count) {
  const unit = count < 1e6 ? ['kB', 1e3] : count < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  const value = count / unit[1];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit[0]}`;
}

/** 75 as 1:15. */
export function clock(seconds) {
  const all = Math.round(seconds), two = n => String(n).padStart(2, '0');
  return all < 3600 ? `${Math.floor(all / 60)}:${two(all % 60)}` : `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}

export function left(seconds) {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s left` : seconds < 5400 ? `${Math.round(seconds / 60)} min left` : `${(seconds / 3600).toFixed(1)} h left`;
}
