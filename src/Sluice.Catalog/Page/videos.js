'use strict';
const user = '00000000-0000-4000-8000-000000000001';
const $ = id => document.getElementById(id);
let older = null, hls = null, shown = new Map();

const token = () => sessionStorage.getItem('sluice-token');

async function ask(method, path, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  if (token()) headers.Authorization = 'Bearer ' + token();
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.status === 401) { $('login').hidden = false; throw new Error('This API needs its token.'); }
  const text = await answer.text();
  const json = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error((json && (json.message || json.detail)) || answer.status);
  return json;
}

function complain(error) { $('problem').textContent = error ? error.message || String(error) : ''; $('problem').hidden = !error; }

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function upload(file) {
  const bar = element('progress', { max: 1, value: 0 });
  const line = element('li', {}, file.name + ' ', bar);
  $('uploads').append(line);
  ask('POST', '/v1/videos', { user_id: user, title: file.name.replace(/\.[^.]*$/, '').slice(0, 255) || file.name, file_name: file.name })
    .then(video => new Promise((done, fail) => {
      const put = new XMLHttpRequest();
      put.open('PUT', video.upload_url);
      put.upload.onprogress = e => { if (e.lengthComputable) bar.value = e.loaded / e.total; };
      put.onload = () => put.status < 300 ? done(video) : fail(new Error(file.name + ': the upload was answered with ' + put.status));
      put.onerror = () => fail(new Error(file.name + ': the upload broke off'));
      put.send(file);
    }))
    .then(video => ask('POST', `/v1/videos/${video.id}/process`))
    .then(() => { line.remove(); complain(null); refresh(); }, error => { line.remove(); complain(error); });
}

function play(video) {
  const player = $('video');
  $('player').hidden = false;
  $('playing').textContent = video.title;
  if (hls) { hls.destroy(); hls = null; }
  player.poster = video.poster_url || '';
  // hls.js where it was built in; a browser that plays HLS itself needs none.
  if (window.Hls && Hls.isSupported()) {
    hls = new Hls();
    hls.on(Hls.Events.ERROR, (_, e) => { if (e.fatal) complain(new Error('The player gave up: ' + e.details)); });
    hls.loadSource(video.hls_url);
    hls.attachMedia(player);
  } else player.src = video.hls_url;
  player.play().catch(() => {});
  player.scrollIntoView({ behavior: 'smooth', block: 'center' });
}

function act(label, run) { return element('button', { textContent: label, onclick: () => run().then(refresh, complain) }); }

function row(video, job) {
  const state = element('td', { className: 'state ' + video.status }, video.status);
  if (job) state.append(element('div', {}, `${job.state === 'queued' ? 'waiting' : job.stage || ''} `, element('progress', { max: 1, value: job.progress })));
  if (video.failure_reason) state.append(element('div', { className: 'reason', textContent: video.failure_reason }));
  const actions = element('td', {});
  if (video.hls_url) actions.append(element('button', { textContent: 'Play', onclick: () => play(video) }));
  if (video.status === 'READY' || video.status === 'FAILED') actions.append(act('Again', () => ask('POST', `/v1/videos/${video.id}/reprocess`)));
  if (video.status === 'PROCESSING') actions.append(act('Cancel', () => ask('POST', `/v1/videos/${video.id}/cancel`)));
  actions.append(act('Delete', () => confirm(`Delete "${video.title}"?`) ? ask('DELETE', `/v1/videos/${video.id}`) : Promise.resolve()));
  const length = video.duration ? new Date(video.duration * 1000).toISOString().slice(11, 19) : '';
  const made = element('tr', { id: video.id }, element('td', { textContent: video.title }), state, element('td', { textContent: length }), element('td', { textContent: new Date(video.created_at).toLocaleString() }), actions);
  return made;
}

async function show(page) {
  for (const video of page.videos) {
    const job = video.status === 'PROCESSING' ? await ask('GET', `/v1/videos/${video.id}/job`).catch(() => null) : null;
    const key = JSON.stringify([video, job]);
    const old = $(video.id);
    // What has not changed stays as it is, so that a button does not vanish under the pointer.
    if (old && shown.get(video.id) === key) continue;
    shown.set(video.id, key);
    if (old) old.replaceWith(row(video, job));
    else $('videos').append(row(video, job));
  }
}

async function refresh() {
  try {
    const page = await ask('GET', '/v1/videos?limit=50');
    const ids = new Set(page.videos.map(v => v.id));
    const oldest = page.videos.length ? page.videos[page.videos.length - 1].created_at : '';
    for (const line of [...$('videos').children]) {
      const known = JSON.parse(shown.get(line.id))[0];
      if (!ids.has(line.id) && (!page.next || known.created_at > oldest)) { line.remove(); shown.delete(line.id); }
    }
    await show(page);
    for (const video of [...page.videos].reverse()) $('videos').prepend($(video.id));
    if (older === null) older = page.next || '';
    $('more').hidden = !older;
    $('none').hidden = shown.size > 0;
    $('login').hidden = true;
  } catch (error) { complain(error); }
}

$('more').onclick = async () => {
  const page = await ask('GET', '/v1/videos?limit=50&after=' + encodeURIComponent(older));
  older = page.next || '';
  await show(page);
  $('more').hidden = !older;
};
$('files').onchange = e => { [...e.target.files].forEach(upload); e.target.value = ''; };
for (const kind of ['dragover', 'dragleave', 'drop'])
  document.addEventListener(kind, e => { e.preventDefault(); $('drop').classList.toggle('over', kind === 'dragover'); });
document.addEventListener('drop', e => [...e.dataTransfer.files].forEach(upload));
$('login').onsubmit = e => { e.preventDefault(); sessionStorage.setItem('sluice-token', $('token').value); complain(null); refresh(); };
refresh();
setInterval(() => { if (!document.hidden) refresh(); }, 2000);
