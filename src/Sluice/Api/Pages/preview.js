const $ = id => document.getElementById(id);
const form = $('options');
const names = ['derivative', 'mode', 'width', 'height', 'fit', 'format', 'time', 'duration', 'quality', 'compression', 'speed', 'fps', 'rotate', 'columns', 'rows', 'interval', 'audio'];
let edge = '';
let running = new AbortController();

const bytes = n => n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : n >= 1e3 ? `${(n / 1e3).toFixed(1)} kB` : `${n} B`;
const ms = t => t >= 1000 ? `${(t / 1000).toFixed(2)} s` : `${t.toFixed(0)} ms`;

function api(path) {
  const token = sessionStorage.getItem('token');
  return fetch(path, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
}

function source() {
  const text = form.elements.source.value.trim();
  // A path that begins with two slashes would name another server.
  return '/' + text.replace(/^\/+/, '');
}

function query() {
  const asked = new URLSearchParams();
  for (const name of names) {
    const field = form.elements[name];
    const value = field.type === 'checkbox' ? (field.checked ? field.value : '') : field.value.trim();
    if (value) asked.set(name, value);
  }
  const text = asked.toString();
  return text ? '?' + text : '';
}

function showUrl() {
  $('url').textContent = edge + source() + query();
  const state = new URLSearchParams(query());
  state.set('source', source());
  history.replaceState(null, '', '#' + state);
}

function say(text, bad = false) {
  $('status').textContent = text;
  $('status').classList.toggle('bad', bad);
}

function facts(list, rows) {
  list.replaceChildren(...rows.flatMap(([name, value]) => {
    const [term, told] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = name;
    told.textContent = value;
    return [term, told];
  }));
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
  if (kind === 'img') media.alt = '';
  else Object.assign(media, { controls: true, preload: 'metadata', playsInline: true });
  const sized = () => facts(list, [...rows, ...(kind === 'audio' ? [] : [['size', `${media.videoWidth ?? media.naturalWidth} × ${media.videoHeight ?? media.naturalHeight}`]]), ...(media.duration > 0 && Number.isFinite(media.duration) ? [['length', `${media.duration.toFixed(2)} s`]] : [])]);
  media.addEventListener(kind === 'img' ? 'load' : 'loadedmetadata', sized);
  media.addEventListener('error', () => facts(list, [...rows, ['', 'this browser cannot show it']]));
  media.src = url;
  place.replaceChildren(media);
  facts(list, rows);
}

async function known(target) {
  const answer = await api('/v1/cache/explain?url=' + encodeURIComponent(target));
  return answer.ok ? (await answer.json()).next : 'unknown';
}

async function showAll() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const [path, asked] = [source(), query()];
  say('Asking …');
  try {
    const before = await known(path + asked);
    const head = await fetch(edge + path, { method: 'HEAD', signal });
    if (head.ok) show($('original'), edge + path, head.headers.get('Content-Type') ?? 'video/mp4', $('original-facts'), [['bytes', bytes(Number(head.headers.get('Content-Length') ?? 0))]]);
    const got = await measure(edge + path + asked, signal);
    const type = got.answer.headers.get('Content-Type') ?? '';
    const rows = [['bytes', bytes(got.length)], ['type', type], ['cache before', before], ['head', ms(got.head)], ['first byte', ms(got.first)], ['whole', ms(got.whole)]];
    if (!got.answer.ok || type.startsWith('text/') || type.includes('json')) {
      const text = document.createElement('pre');
      text.textContent = await got.text();
      $('variant').replaceChildren(text);
      facts($('variant-facts'), rows);
    } else show($('variant'), edge + path + asked, type, $('variant-facts'), rows);
    say(got.answer.ok ? 'Done.' : `Refused: ${got.answer.status}`, !got.answer.ok);
  } catch (failure) {
    if (signal.aborted) return;
    say(`The edge gave no answer to this page (${failure.message}). It must be reachable at ${edge} and its route must allow other origins (allowOrigin).`, true);
  }
}

async function start() {
  const answer = await api('/preview/data');
  $('token').hidden = answer.status !== 401;
  if (!answer.ok) return say(answer.status === 401 ? 'This server wants its token.' : `The server answered ${answer.status}.`, true);
  const data = await answer.json();
  edge = data.edge;
  $('sources').replaceChildren(...data.sources.map(path => new Option(path, path)));
  const chosen = form.elements.derivative;
  for (const [name, text] of Object.entries(data.derivatives)) chosen.add(new Option(`${name}: ${text}`, name));
  const state = new URLSearchParams(location.hash.slice(1));
  for (const [name, value] of state) {
    const field = form.elements[name];
    if (field?.type === 'checkbox') field.checked = true;
    else if (field) field.value = value;
  }
  form.elements.source.value ||= data.sources[0] ?? '';
  showUrl();
  say(data.sources.length ? '' : 'The cache knows no video yet: type the path of one.');
}

form.addEventListener('input', showUrl);
form.addEventListener('reset', () => setTimeout(showUrl));
form.addEventListener('submit', event => {
  event.preventDefault();
  showUrl();
  showAll();
});
$('copy').addEventListener('click', () => navigator.clipboard.writeText($('url').textContent).then(() => say('Copied.'), () => say('The browser does not allow copying here.', true)));
$('token').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem('token', event.target.elements.token.value);
  start();
});
start();
