// Moves the curtains of the picture between two news of the house. The server says where a shutter is, where it
// goes and how long its whole way takes; the next news corrects whatever this script got wrong.
//
// [data-curtain]  the part that is shifted: data-open and data-to in percent, data-travel in milliseconds for the
//                 whole way, data-height in units of the picture.

const still = matchMedia('(prefers-reduced-motion: reduce)');
const moving = new Map();

function look() {
  for (const curtain of moving.keys()) if (!curtain.isConnected) moving.delete(curtain);
  for (const curtain of document.querySelectorAll('[data-curtain][data-to]')) {
    if (!moving.has(curtain)) moving.set(curtain, performance.now());
  }
  if (moving.size) step();
}

let asked = false;

function step() {
  if (asked) return;
  asked = true;
  // Who wants less motion sees a picture a second.
  if (still.matches) setTimeout(draw, 1000);
  else requestAnimationFrame(draw);
}

function draw() {
  asked = false;
  const now = performance.now();
  for (const [curtain, began] of moving) {
    const { open, to, travel, height } = curtain.dataset;
    const way = to - open;
    const gone = Math.min(Math.abs(way), ((now - began) / travel) * 100);
    const position = Number(open) + gone * Math.sign(way);
    curtain.setAttribute('transform', `translate(0 ${(-height * position) / 100})`);
    if (gone >= Math.abs(way)) moving.delete(curtain);
  }
  if (moving.size) step();
}

const region = document.querySelector('[data-live]');
if (region) {
  new MutationObserver(look).observe(region, { childList: true, subtree: true });
  look();
}
