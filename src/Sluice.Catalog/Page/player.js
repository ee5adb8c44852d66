// The player: hls.js where it was built in, else what the browser plays by itself.
import { byId } from './page.js';

const dialog = byId('player'), video = byId('video'), quality = byId('quality');
let hls = null;

/** Opens the player with a video. */
export function play(one) {
  stop();
  byId('playing').textContent = one.title;
  video.poster = one.poster_url ?? '';
  history.replaceState(null, '', '#' + one.id);
  if (!dialog.open) dialog.showModal();
  if (globalThis.Hls?.isSupported()) begin(one);
  else if (video.canPlayType('application/vnd.apple.mpegurl')) video.src = one.hls_url;
  else trouble('This browser cannot play HLS by itself, and this program was built without hls.js.');
  video.focus();
  video.play().catch(() => {});
}

function begin(one) {
  hls = new Hls({ capLevelToPlayerSize: true });
  let recovered = false;
  hls.on(Hls.Events.MANIFEST_PARSED, () => offer());
  hls.on(Hls.Events.ERROR, (_, e) => {
    if (!e.fatal) return;
    if (e.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
      return;
    }
    const code = e.response?.code;
    const host = new URL(one.hls_url).host;
    trouble(code === 403 ? 'The address is not good any more. Close the player and open it again.'
      : code === 404 ? `${host} does not have this video.`
      : e.type === Hls.ErrorTypes.NETWORK_ERROR ? `The edge at ${host} cannot be reached. Is it running, and is that its address (edge.baseUrl)?`
      : `This video cannot be played here (${e.details}).`);
  });
  hls.loadSource(one.hls_url);
  hls.attachMedia(video);
}

function offer() {
  const sizes = hls.levels.map((level, at) => ({ at, height: level.height })).filter(level => level.height).sort((a, b) => b.height - a.height);
  quality.replaceChildren(new Option('Automatic', '-1'), ...sizes.map(size => new Option(`${size.height}p`, String(size.at))));
  byId('sizes').hidden = sizes.length < 2;
}

function trouble(text) {
  byId('trouble').textContent = text;
  byId('trouble').hidden = !text;
}

function stop() {
  hls?.destroy();
  hls = null;
  trouble('');
  byId('sizes').hidden = true;
  video.removeAttribute('src');
  video.load();
}

quality.onchange = () => { if (hls) hls.nextLevel = Number(quality.value); };
dialog.onclose = () => {
  stop();
  history.replaceState(null, '', location.pathname);
};
// A click beside the dialog is one on the dialog itself.
dialog.onclick = e => { if (e.target === dialog) dialog.close(); };
