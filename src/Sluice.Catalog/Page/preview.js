// Moving along a still shows the video at that point, from the one picture that holds all thumbnails.

/** Adds it to a still; nothing is fetched before the pointer is there. */
export function preview(still, address) {
  let cues = null, frame = null;

  still.onpointerenter = () => { cues ??= load(address()).catch(() => []); };
  still.onpointermove = async e => {
    if (e.pointerType === 'touch') return;
    const list = await cues, box = still.getBoundingClientRect();
    if (!list?.length || !still.matches(':hover')) return;
    const cue = list[Math.min(list.length - 1, Math.max(0, Math.floor((e.clientX - box.left) / box.width * list.length)))];
    if (!frame) {
      frame = document.createElement('span');
      frame.className = 'preview';
      still.querySelector('.play').before(frame);
    }
    const scale = Math.min(box.width / cue.width, box.height / cue.height);
    Object.assign(frame.style, {
      width: cue.width + 'px', height: cue.height + 'px', backgroundImage: `url("${cue.image}")`, backgroundPosition: `-${cue.x}px -${cue.y}px`,
      transform: `scale(${scale}) translate(-50%, -50%)`,
    });
  };
  still.onpointerleave = () => {
    frame?.remove();
    frame = null;
  };
}

async function load(url) {
  const text = await (await fetch(url)).text();
  return [...text.matchAll(/^(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm)].map(([, image, ...box]) => {
    const [x, y, width, height] = box.map(Number);
    return { image: new URL(image, url).href, x, y, width, height };
  });
}
