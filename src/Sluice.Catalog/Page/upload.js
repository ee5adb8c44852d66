// Uploads: two at a time, each with its progress, each to be cancelled or tried again.
import { ask, byId, bytes, left, make } from './page.js';

const user = '00000000-0000-4000-8000-000000000001';
const atOnce = 2;
const waiting = [];
let running = 0;

/** Begins to upload files; `done` is called when one of them is in place. */
export function upload(files, done) {
  for (const file of files) {
    const one = show(file, done);
    byId('uploads').append(one.line);
    if (file.size === 0) one.fail('The file is empty.');
    else enqueue(one);
  }
}

export const isUploading = () => running + waiting.length > 0;

addEventListener('beforeunload', e => { if (isUploading()) e.preventDefault(); });

function enqueue(one) {
  waiting.push(one);
  next();
}

function next() {
  while (running < atOnce && waiting.length > 0) {
    const one = waiting.shift();
    running++;
    one.run().finally(() => { running--; next(); });
  }
}

function show(file, done) {
  const told = make('span', { className: 'told muted', textContent: 'Waiting for its turn' });
  const bar = make('progress', { max: 1, value: 0 });
  bar.setAttribute('aria-label', `Upload of ${file.name}`);
  const stop = make('button', { className: 'button', textContent: 'Cancel' });
  const again = make('button', { className: 'button', textContent: 'Try again', hidden: true });
  const line = make('li', { className: 'upload' }, make('strong', { textContent: file.name, title: file.name }), make('div', { className: 'actions' }, again, stop), told, bar);
  const one = { line, fail, run };
  let video = null, put = null, isCancelled = false;

  function fail(why) {
    line.classList.add('failed');
    told.textContent = why;
    bar.hidden = true;
    again.hidden = file.size === 0;
    stop.textContent = 'Dismiss';
  }

  again.onclick = () => {
    line.classList.remove('failed');
    bar.hidden = false;
    again.hidden = true;
    stop.textContent = 'Cancel';
    told.textContent = 'Waiting for its turn';
    enqueue(one);
  };

  stop.onclick = () => {
    isCancelled = true;
    put?.abort();
    const at = waiting.indexOf(one);
    if (at >= 0) waiting.splice(at, 1);
    line.remove();
    if (video) ask('DELETE', `/v1/videos/${video.id}`).then(done, () => {});
  };

  async function run() {
    try {
      video = video
        ? await ask('POST', `/v1/videos/${video.id}/upload-url`)
        : await ask('POST', '/v1/videos', { user_id: user, title: [...file.name.replace(/(.)\.[^.]*$/, '$1')].slice(0, 255).join(''), file_name: file.name });
      await send(video.upload_url);
      told.textContent = 'Uploaded';
      await ask('POST', `/v1/videos/${video.id}/process`);
      line.remove();
      done();
    } catch (error) {
      if (!isCancelled) fail(error.message || 'This API needs its token.');
    }
  }

  function send(url) {
    return new Promise((resolve, reject) => {
      const begun = performance.now();
      put = new XMLHttpRequest();
      put.open('PUT', url);
      put.upload.onprogress = e => {
        bar.value = e.loaded / e.total;
        const rate = e.loaded / (performance.now() - begun) * 1000;
        told.textContent = `${Math.floor(e.loaded / e.total * 100)} % · ${bytes(e.loaded)} of ${bytes(e.total)} · ${bytes(rate)}/s · ${left((e.total - e.loaded) / rate)}`;
      };
      put.onload = () => put.status < 300 ? resolve() : reject(new Error(reasonOf(put)));
      put.onerror = () => reject(new Error(new URL(url).origin === location.origin
        ? 'The upload broke off: the server cannot be reached.'
        : `The upload broke off. ${new URL(url).host} cannot be reached, or its bucket does not let pages of ${location.origin} upload (CORS).`));
      put.onabort = () => reject(new Error('Cancelled.'));
      put.send(file);
    });
  }

  return one;
}

function reasonOf(put) {
  if (put.status === 413) return 'The file is larger than this server takes (catalog.uploadLimit).';
  try {
    return JSON.parse(put.responseText).message;
  } catch {
    return `The upload was answered with ${put.status}.`;
  }
}
