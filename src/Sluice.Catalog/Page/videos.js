// The page /videos: the list, what is done with it, and how it is kept current.
import { ask, byId, complain, say, setToken } from './page.js';
import { card } from './card.js';
import { play } from './player.js';
import { isUploading, upload } from './upload.js';

const pageSize = 50;
const cards = new Map();
let older = null, timer = 0, isLoading = false, first = new Set();

const actions = {
  // Beyond the first page the address may be of hours ago, and no longer good.
  play: video => first.has(video.id) ? play(video) : look(video.id).catch(() => {}).then(() => play(cards.get(video.id)?.video ?? video)),
  copy,
  again: video => act(video, 'POST', '/reprocess'),
  cancel: video => act(video, 'POST', '/cancel'),
  remove,
  replace: (video, file) => ask('DELETE', `/v1/videos/${video.id}`).then(() => upload([file], refresh), complain),
};

async function copy(video) {
  try {
    // There is no clipboard at all on a page over http that is not this machine's own.
    await navigator.clipboard.writeText(video.hls_url);
    say('Copied');
  } catch {
    prompt('Its address', video.hls_url);
  }
}

async function act(video, method, what) {
  try {
    await ask(method, `/v1/videos/${video.id}${what}`);
    complain(null);
  } catch (error) {
    complain(error);
  }
  // Where the server is away, refresh says so.
  await look(video.id).catch(() => {});
  await refresh();
}

// What happened to one video, wherever it stands: the list that is kept current is the first page.
async function look(id) {
  try {
    await show(await ask('GET', `/v1/videos/${id}`));
  } catch (error) {
    if (!error.isGone) throw error;
    cards.get(id)?.line.remove();
    cards.delete(id);
  }
}

function remove(video) {
  const dialog = byId('ask');
  byId('question').textContent = `Delete “${video.title}”?`;
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue !== 'yes') return;
    // The next card takes the focus, so that the keyboard does not begin at the top again.
    const line = cards.get(video.id)?.line, near = line?.nextElementSibling ?? line?.previousElementSibling;
    act(video, 'DELETE', '').then(() => (near?.querySelector('button:enabled') ?? byId('list')).focus());
  };
  dialog.showModal();
}

async function show(video) {
  let one = cards.get(video.id);
  if (!one) cards.set(video.id, one = card(actions));
  const job = video.status === 'PROCESSING' ? await ask('GET', `/v1/videos/${video.id}/job`).catch(() => null) : null;
  one.update(video, job);
}

function arrange(page) {
  const ids = new Set(page.videos.map(video => video.id)), oldest = page.videos.at(-1)?.created_at ?? '';
  for (const [id, one] of cards) {
    // Beyond the first page nothing is known of those that are not on it.
    if (ids.has(id) || (page.next && one.video.created_at < oldest)) continue;
    one.line.remove();
    cards.delete(id);
  }
  // Those on the page come first and in its order; what stands right already is not moved.
  let at = byId('list').firstElementChild;
  for (const video of page.videos) {
    const { line } = cards.get(video.id);
    if (line === at) at = at.nextElementSibling;
    else byId('list').insertBefore(line, at);
  }
}

function summarize() {
  const counts = {};
  for (const one of cards.values()) counts[one.video.status] = (counts[one.video.status] ?? 0) + 1;
  const parts = [['READY', 'ready'], ['PROCESSING', 'transcoding'], ['FAILED', 'failed'], ['PENDING_UPLOAD', 'waiting']];
  const text = parts.filter(([status]) => counts[status]).map(([status, word]) => `${counts[status]} ${word}`).join(' · ');
  if (byId('summary').textContent !== text) byId('summary').textContent = text;
  return counts.PROCESSING > 0;
}

async function refresh() {
  if (isLoading) return;
  isLoading = true;
  clearTimeout(timer);
  let isBusy = false;
  try {
    const page = await ask('GET', `/v1/videos?limit=${pageSize}`);
    await Promise.all(page.videos.map(show));
    arrange(page);
    first = new Set(page.videos.map(video => video.id));
    await Promise.all([...cards].filter(([id, one]) => !first.has(id) && one.video.status === 'PROCESSING').map(([id]) => look(id)));
    older ??= page.next ?? '';
    byId('more').hidden = !older;
    byId('none').hidden = cards.size > 0 || byId('uploads').childElementCount > 0;
    byId('login').hidden = true;
    isBusy = summarize();
    if (byId('problem').dataset.passing) complain(null);
    delete byId('problem').dataset.passing;
    open();
  } catch (error) {
    complain(error);
    if (error.needsToken) {
      if (byId('login').hidden) byId('login').hidden = false, byId('token').focus();
    } else byId('problem').dataset.passing = 'yes';
  }
  isLoading = false;
  if (!document.hidden && byId('login').hidden) timer = setTimeout(refresh, isBusy || isUploading() ? 1000 : 3000);
}

let isOpened = false;

// An address with #id opens the player.
function open() {
  const one = cards.get(location.hash.slice(1));
  if (!isOpened && one?.video.hls_url) play(one.video);
  isOpened = true;
}

byId('more').onclick = async () => {
  try {
    const page = await ask('GET', `/v1/videos?limit=${pageSize}&after=${encodeURIComponent(older)}`);
    older = page.next ?? '';
    await Promise.all(page.videos.map(show));
    byId('list').append(...page.videos.map(video => cards.get(video.id).line));
    byId('more').hidden = !older;
    summarize();
  } catch (error) {
    complain(error);
  }
};

function take(files) {
  upload(files, refresh);
  byId('none').hidden = true;
  refresh();
}

for (const input of document.querySelectorAll('.files'))
  input.onchange = () => {
    take([...input.files]);
    input.value = '';
  };

let depth = 0;
const isFile = e => e.dataTransfer?.types.includes('Files');
addEventListener('dragenter', e => { if (isFile(e)) byId('drop').hidden = ++depth === 0; });
addEventListener('dragleave', e => { if (isFile(e)) byId('drop').hidden = --depth === 0; });
addEventListener('dragover', e => { if (isFile(e)) e.preventDefault(); });
addEventListener('drop', e => {
  if (!isFile(e)) return;
  e.preventDefault();
  depth = 0;
  byId('drop').hidden = true;
  take([...e.dataTransfer.files]);
});

byId('login').onsubmit = e => {
  e.preventDefault();
  setToken(byId('token').value.trim());
  complain(null);
  byId('login').hidden = true;
  refresh();
};
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
refresh();
