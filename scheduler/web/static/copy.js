// A button beside each address that is to be handed on: copies it. Without scripts there is none, and it can be marked.
document.querySelectorAll('.copy').forEach(each => {
  const field = each.querySelector('input'), button = each.querySelector('button');
  if (!field || !button || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
  });
});
