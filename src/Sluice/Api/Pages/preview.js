const $ = id => document.getElementById(id);
const form = $('options');
const names = ['derivative', 'mode', 'width', 'height', 'fit', 'format', 'time', 'duration', 'quality', 'compression', 'speed', 'fps', 'rotate', 'columns', 'rows', 'interval', 'crop', 'sharpen', 'blur', 'brightness', 'contrast', 'saturation', 'audio'];
// As the dashboard and the page of videos name it: who has told it to one has told it to all.
const kept = 'sluice.token';
let edge = '';
let derivatives = {};
let running = new AbortController();

const bytes = n => n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : n >= 1e3 ? `${(n / 1e3).toFixed(1)} kB` : `${n} B`;
const ms = t => t >= 1000 ? `${(t / 1000).toFixed(2)} s` : `${t.toFixed(0)} ms`;

function api(path) {
  const token = sessionStorage.getItem(kept);
  return fetch(path, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
}

function source() {
  const text = form.elements.source.value.trim();
  // A path that begins with two slashes would name another server. White space and letters beyond ASCII are written as in a URL.
  return '/' + text.replace(/^\/+/, '').replace(/[^!-~]+/g, encodeURIComponent);
}

function query() {
  const asked = new URLSearchParams();
  for (const name of names) {
    const field = form.elements[name];
    if (field.closest(':disabled')) continue;
    const value = field.type === 'checkbox' ? (field.checked ? field.value : '') : field.value.trim();
    if (value) asked.set(name, value);
  }
  const text = asked.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text ? '?' + text : '';
}

// What has no meaning in a mode is not offered. A derivative brings its own mode.
function offer() {
  const derivative = new URLSearchParams(derivatives[form.elements.derivative.value] ?? '');
  const mode = (form.elements.derivative.value ? derivative.get('mode') : form.elements.mode.value) || 'video';
  for (const part of form.querySelectorAll('[data-modes]')) {
    const isOff = !part.dataset.modes.split(' ').includes(mode);
    part.hidden = isOff;
    if (part.matches('fieldset, option')) part.disabled = isOff;
    else for (const field of part.querySelectorAll('input, select')) field.disabled = isOff;
  }
  if (form.elements.format.selectedOptions[0]?.disabled) form.elements.format.value = '';
}

function showUrl() {
  offer();
  $('url').textContent = edge + source() + query();
  $('note').hidden = true;
  const state = new URLSearchParams(query());
  state.set('source', source());
  history.replaceState(null, '', '#' + state);
}

function say(text, kind = '') {
  $('status').textContent = text;
  $('status').className = kind;
}

function facts(list, rows) {
  list.replaceChildren(...rows.map(([name, value]) => {
    const [row, term, told] = [document.createElement('div'), document.createElement('dt'), document.createElement('dd')];
    term.textContent = name;
    told.textContent = value;
    row.append(term, told);
    return row;
  }));
}

function tell(place, text) {
  const line = document.createElement('p');
  line.textContent = text;
  place.classList.remove('busy');
  place.replaceChildren(line);
}

// The whole answer is read here, for its size and times; what is shown comes out of the cache then.
async function measure(url, signal) {
  const began = performance.now();
  const answer = await fetch(url, { signal });
  const head = performance.now() - began;
  let [first, length] = [0, 0];
  const parts = [];
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    first ||= performance.now() - began;
    length += value.length;
    if (length < 65536) parts.push(value);
  }
  return { answer, head, first, length, whole: performance.now() - began, text: () => new Blob(parts).text() };
}

function show(place, url, type, list, rows) {
  const kind = type.startsWith('image/') ? 'img' : type.startsWith('audio/') ? 'audio' : 'video';
  const media = document.createElement(kind);
  if (kind === 'img') media.alt = 'The picture that was made';
  else Object.assign(media, { controls: true, preload: 'metadata', playsInline: true });
  const sized = () => facts(list, [...rows, ...(kind === 'audio' ? [] : [['size', `${media.videoWidth ?? media.naturalWidth} × ${media.videoHeight ?? media.naturalHeight}`]]), ...(media.duration > 0 && Number.isFinite(media.duration) ? [['length', `${media.duration.toFixed(2)} s`]] : [])]);
  media.addEventListener(kind === 'img' ? 'load' : 'loadedmetadata', sized);
  media.addEventListener('error', () => tell(place, 'This browser cannot show it.'));
  media.src = url;
  place.classList.remove('busy');
  place.replaceChildren(media);
  facts(list, rows);
}

async function known(target) {
  const answer = await api('/v1/cache/explain?url=' + encodeURIComponent(target));
  return answer.ok ? (await answer.json()).next : 'unknown';
}

// On a route of signed URLs what is asked for needs a signature, on a private one a token, which only the server can give.
async function signed(path, asked) {
  const answer = await api(`/preview/target?path=${encodeURIComponent(path)}&query=${encodeURIComponent(asked)}`);
  return answer.ok ? await answer.json() : { target: path + asked };
}

async function showAll() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const [path, asked] = [source(), query()];
  say('Asking …');
  for (const place of ['variant', 'original']) $(place).classList.add('busy');
  try {
    const { target, key, original = path } = await signed(path, asked);
    const before = await known(target);
    if (key || original !== path) {
      $('url').textContent = edge + target;
      $('note').textContent = key ? `This route wants signed URLs. This one is signed with the key ${key} and good for an hour.` : 'This route is private. This URL has a token that is good for an hour.';
      $('note').hidden = false;
    }
    const head = await fetch(edge + original, { method: 'HEAD', signal });
    if (head.ok) show($('original'), edge + original, head.headers.get('Content-Type') ?? 'video/mp4', $('original-facts'), [['bytes', bytes(Number(head.headers.get('Content-Length') ?? 0))]]);
    else tell($('original'), head.status === 404 ? 'There is no such video.' : `The original is answered ${head.status}.`);
    const got = await measure(edge + target, signal);
    const type = got.answer.headers.get('Content-Type') ?? '';
    const rows = [['bytes', bytes(got.length)], ['type', type.split(';')[0]], ['cache before', before], ['head', ms(got.head)], ['first byte', ms(got.first)], ['whole', ms(got.whole)]];
    if (!got.answer.ok || type.startsWith('text/') || type.includes('json')) {
      const text = document.createElement('pre');
      const said = await got.text();
      text.textContent = type.includes('json') ? JSON.parse(said).message ?? said : said;
      $('variant').classList.remove('busy');
      $('variant').replaceChildren(text);
      facts($('variant-facts'), rows);
    } else show($('variant'), edge + target, type, $('variant-facts'), rows);
    if (!got.answer.ok) say(`Refused: ${got.answer.status}`, 'bad');
    else if (got.answer.headers.get('X-Fallback-Applied')) say(`It could not be made, so this is the original: ${got.answer.headers.get('X-Fallback-Reason')}`, 'bad');
    else say('Done.', 'good');
  } catch (failure) {
    if (signal.aborted) return;
    for (const place of ['variant', 'original']) tell($(place), 'No answer.');
    say(`The edge gave no answer to this page (${failure.message}). It must be reachable at ${edge}, there must be such a video, and its route must allow other origins (allowOrigin).`, 'bad');
  }
}

function fill(asked) {
  for (const name of names) {
    const field = form.elements[name];
    const value = asked.get(name) ?? '';
    if (field.type === 'checkbox') field.checked = value !== '';
    else field.value = value;
  }
}

async function start() {
  const answer = await api('/preview/data');
  $('token').hidden = answer.status !== 401;
  if (!answer.ok) return say(answer.status === 401 ? sessionStorage.getItem(kept) ? 'That is not the token of this API.' : 'This server wants its token.' : `The server answered ${answer.status}.`, 'bad');
  const data = await answer.json();
  ({ edge, derivatives } = data);
  $('sources').replaceChildren(...data.sources.map(path => new Option(path, path)));
  const chosen = form.elements.derivative;
  for (const [name, text] of Object.entries(derivatives)) chosen.add(new Option(`${name}: ${text}`, name));
  const state = new URLSearchParams(location.hash.slice(1));
  fill(state);
  form.elements.source.value = state.get('source') ?? data.sources[0] ?? '';
  showUrl();
  say(data.sources.length || state.get('source') ? '' : 'The cache knows no video yet: type the path of one.');
}

form.addEventListener('input', showUrl);
form.addEventListener('reset', () => setTimeout(showUrl));
form.addEventListener('submit', event => {
  event.preventDefault();
  showUrl();
  showAll();
});
$('examples').addEventListener('click', event => {
  const asked = event.target.dataset.query;
  if (asked === undefined) return;
  fill(new URLSearchParams(asked));
  showUrl();
  if (form.reportValidity()) showAll();
});
$('copy').addEventListener('click', async () => {
  try {
    // There is no clipboard at all on a page over http that is not this machine's own.
    await navigator.clipboard.writeText($('url').textContent);
    say('Copied.', 'good');
  } catch {
    say('The browser does not allow copying here.', 'bad');
  }
});
$('token').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem(kept, event.target.elements.token.value.trim());
  start();
});
start();
