// Offers the browser's time zone; it is taken only by whoever presses the button.
(() => {
  const field = document.getElementById('zone'), offer = document.getElementById('zone-offer');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !offer || !zone || field.value) return;
  const button = document.getElementById('zone-take');
  button.textContent = (offer.dataset.words || '%s').replace('%s', zone);
  offer.hidden = false;
  button.addEventListener('click', () => { field.value = zone; offer.hidden = true; field.focus(); });
})();
