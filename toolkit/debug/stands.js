// How an element stands in its page: whether a person could use it, and what lies over it.
(element) => {
  const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim().slice(0, 80);
  const name = (one) => one.localName + (one.id ? `#${one.id}` : [...one.classList].slice(0, 2).map((each) => `.${each}`).join(''));
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const hidden = style.display === 'none' || !element.getClientRects().length ? 'it is not displayed'
    : style.visibility !== 'visible' ? 'it is invisible'
    : style.opacity === '0' ? 'it is transparent'
    : Math.min(box.width, box.height) <= 1 ? 'it has no size' : '';
  const root = element.getRootNode();
  const inside = box.top + box.height / 2 > 0 && box.top + box.height / 2 < innerHeight;
  if (!inside && !hidden) element.scrollIntoView({ block: 'center' });
  const now = element.getBoundingClientRect();
  const top = hidden ? null : root.elementFromPoint(now.left + now.width / 2, now.top + now.height / 2);
  const same = !top || top === element || element.contains(top) || top.contains(element) || [...(element.labels ?? [])].some((one) => one.contains(top));
  let over = same ? null : top;
  while (over && over.parentElement && over.parentElement !== document.body && !over.parentElement.contains(element)) over = over.parentElement;
  const buttons = over ? [...over.querySelectorAll('button, a, [role=button], input[type=submit], input[type=button]')] : [];
  return {
    hidden,
    disabled: Boolean(element.disabled) || element.getAttribute('aria-disabled') === 'true',
    over: over ? name(over) : '',
    words: over ? words(over.innerText) : '',
    buttons: buttons.slice(0, 6).map((one) => ({
      selector: one.id ? `#${CSS.escape(one.id)}` : `${name(over)} ${one.localName}:has-text("${words(one.innerText).replace(/["\\]/g, '\\$&')}")`,
      text: words(one.innerText || one.value),
    })),
  };
}
