// Where the browser's clock is another than the one that is shown: offers to change that. It never does so by itself.
(() => {
  const offer = document.getElementById('clock-offer');
  if (!offer) return;
  const canonical = zone => new Intl.DateTimeFormat('en', zone ? { timeZone: zone } : {}).resolvedOptions().timeZone;
  const here = canonical(''), link = offer.querySelector('a');
  if (!here || here === canonical(offer.dataset.zone)) return;
  const city = here.split('/').pop().replaceAll('_', ' ');
  link.textContent = link.textContent.replaceAll('%s', city);
  link.href += `&zone=${encodeURIComponent(here)}`;
  offer.hidden = false;
})();
