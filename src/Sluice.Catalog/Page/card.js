// One video of the list. What changes is changed in place, so that nothing vanishes under a pointer or loses the focus.
import { clock, make } from './page.js';
import { preview } from './preview.js';

const words = { PENDING_UPLOAD: 'Waiting for its file', PROCESSING: 'Transcoding', READY: 'Ready', FAILED: 'Failed' };
const stages = { fetching: 'Fetching the upload', probing: 'Looking at the file', audio: 'Encoding the sound', pictures: 'Drawing pictures', storing: 'Storing', publishing: 'Publishing' };

function told(job) {
  if (!job) return '';
  if (job.state === 'queued') return job.error ? `Waiting: ${job.error}` : 'Waiting for a worker';
  const stage = stages[job.stage] ?? (job.stage ? `Encoding ${job.stage}` : 'Beginning');
  return `${stage} · ${Math.floor(job.progress * 100)} %${job.attempt > 1 ? ` · attempt ${job.attempt}` : ''}`;
}

/** Makes a card; `actions` are play, copy, again, cancel, remove and replace, each called with the video. */
export function card(actions) {
  const still = make('button', { className: 'still', type: 'button' });
  const title = make('h3', {}), when = make('time', { className: 'muted' }), state = make('p', { className: 'state' });
  const bar = make('progress', { max: 1 }), stage = make('p', { className: 'muted' }), reason = make('p', { className: 'reason' });
  const row = make('div', { className: 'actions' });
  const line = make('li', { className: 'card' }, still, make('div', { className: 'about' }, title, state, bar, stage, reason, make('p', {}, when)), row);
  let now = null, shownPoster = null;

  const button = (text, run) => make('button', { className: 'button', type: 'button', textContent: text, onclick: () => run(now) });
  const choose = make('label', { className: 'button choose' }, 'Choose its file', make('input', {
    className: 'files', type: 'file', accept: 'video/*', onchange: e => { if (e.target.files[0]) actions.replace(now, e.target.files[0]); },
  }));
  const buttons = {
    copy: button('Copy link', actions.copy), again: button('Transcode again', actions.again),
    cancel: button('Cancel', actions.cancel), choose, remove: button('Delete', actions.remove),
  };
  row.append(...Object.values(buttons));
  still.onclick = () => { if (now.hls_url) actions.play(now); };

  function draw(video) {
    const poster = video.poster_url ?? '';
    // The token of a private video is another each minute, of the same picture.
    const shows = state.textContent + poster.split('?')[0];
    if (shownPoster === shows) return;
    shownPoster = shows;
    still.disabled = !video.hls_url;
    still.replaceChildren();
    if (!video.hls_url) {
      still.append(make('span', { className: 'waits', textContent: video.status === 'FAILED' ? 'There is nothing to play' : state.textContent + ' …' }));
      return;
    }
    if (poster) still.append(make('img', { src: poster, alt: '', loading: 'lazy', onerror: e => e.target.remove() }));
    still.append(make('span', { className: 'play' }), make('span', { className: 'length', textContent: clock(video.duration ?? 0) }));
    if (video.thumbnails_url) preview(still, () => now.thumbnails_url);
  }

  function update(video, job) {
    now = video;
    line.id = 'video-' + video.id;
    line.className = `card ${video.status}`;
    title.textContent = title.title = video.title;
    state.textContent = job?.state === 'queued' ? 'Waiting' : words[video.status] ?? video.status;
    still.setAttribute('aria-label', video.hls_url ? `Play ${video.title}` : `${video.title}: ${state.textContent}`);
    const made = new Date(video.created_at);
    when.dateTime = video.created_at;
    when.textContent = made.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
    bar.hidden = stage.hidden = video.status !== 'PROCESSING';
    bar.setAttribute('aria-label', `Transcoding of ${video.title}`);
    bar.value = job?.progress ?? 0;
    stage.textContent = told(job);
    reason.hidden = !video.failure_reason;
    reason.textContent = video.failure_reason ?? '';
    const isEnded = video.status === 'READY' || video.status === 'FAILED';
    buttons.copy.hidden = !video.hls_url;
    buttons.again.hidden = !isEnded;
    buttons.cancel.hidden = video.status !== 'PROCESSING';
    choose.hidden = video.status !== 'PENDING_UPLOAD';
    draw(video);
  }

  return { line, update, get video() { return now; } };
}
