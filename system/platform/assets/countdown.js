// Counts down to the end of a code, minute by minute, second by second in the last two minutes. Without this script the
// page says when the code ends.

const format = new Intl.NumberFormat(document.documentElement.lang);

for (const place of document.querySelectorAll('[data-ends]')) {
  const ends = Date.parse(place.dataset.ends);
  const { minutes, seconds, over } = place.dataset;
  const tick = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) {
      place.textContent = over;
      return;
    }
    const [text, count] = left > 120 ? [minutes, Math.ceil(left / 60)] : [seconds, left];
    place.textContent = text.replace('#', format.format(count));
    setTimeout(tick, 1000);
  };
  tick();
}
