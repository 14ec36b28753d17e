// What a document shows, open shadow roots included: what can be filled, clicked or read, each with a selector for it.
() => {
  const CONTROLS = 'input:not([type=hidden]), textarea, select, button, a[href], [role=button], [role=link], [role=tab], [role=textbox], [contenteditable=true], summary';
  const TOLD = 'h1, h2, h3, [role=heading], [role=alert], [role=status], legend, dialog p, [role=dialog] p';
  const MOST = 400;
  const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim().slice(0, 120);
  const all = (selector, root = document) => {
    const found = [...root.querySelectorAll(selector)];
    for (const host of root.querySelectorAll('*')) if (host.shadowRoot) found.push(...all(selector, host.shadowRoot));
    return found;
  };
  const quoted = (value) => `"${value.replace(/["\\]/g, '\\$&')}"`;
  const stable = (id) => id && !/\d{3}|[0-9a-f]{8}|^:r/i.test(id);
  const candidates = function* (element) {
    const tag = element.localName;
    if (stable(element.id)) yield `#${CSS.escape(element.id)}`;
    for (const name of ['data-testid', 'data-test', 'name', 'autocomplete', 'aria-label', 'placeholder', 'type', 'href']) {
      const value = element.getAttribute(name);
      if (value && value.length < 60) yield `${tag}[${name}=${quoted(value)}]`;
    }
    const text = words(element.innerText);
    if (text && text.length < 40) yield `${tag}:has-text(${quoted(text)})`;
    for (const name of element.classList) if (stable(name)) yield `${tag}.${CSS.escape(name)}`;
    yield tag;
  };
  const counted = (selector, element) => {
    const text = /^(.*):has-text\((".*")\)$/.exec(selector);
    if (!text) return all(selector).length;
    const wanted = words(element.innerText);
    return all(text[1]).filter((one) => words(one.innerText).includes(wanted)).length;
  };
  const selectorOf = (element) => {
    const options = [...candidates(element)];
    const unique = options.find((selector) => counted(selector, element) === 1);
    return unique ?? `${options[0]} >> nth=${all(options[0]).indexOf(element)}`;
  };
  const labelOf = (element) => {
    const by = (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean);
    const named = by.map((id) => element.getRootNode().getElementById?.(id)?.innerText);
    const labels = [...(element.labels ?? [])].map((label) => label.innerText);
    return words([element.getAttribute('aria-label'), ...named, ...labels].filter(Boolean).join(' '));
  };
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility === 'visible' && style.opacity !== '0';
  };
  const control = (element) => ({
    selector: selectorOf(element),
    tag: element.localName,
    type: (element.getAttribute('type') ?? '').toLowerCase(),
    id: element.id || '',
    name: element.getAttribute('name') ?? '',
    autocomplete: element.getAttribute('autocomplete') ?? '',
    label: labelOf(element),
    placeholder: element.getAttribute('placeholder') ?? '',
    text: /^(input|textarea|select)$/.test(element.localName) ? '' : words(element.innerText),
    classes: [...element.classList].join(' '),
    maxlength: Number(element.getAttribute('maxlength') ?? 0),
    numeric: element.getAttribute('inputmode') === 'numeric' || element.getAttribute('type') === 'tel',
    visible: visible(element),
    disabled: Boolean(element.disabled),
  });
  const marked = all('[id], [data-testid]').filter((one) => !one.matches(CONTROLS)).slice(0, MOST);
  return {
    title: words(document.title),
    loading: document.readyState !== 'complete',
    told: all(TOLD).filter(visible).map((one) => words(one.innerText)).filter(Boolean).slice(0, 12),
    text: words(document.body?.innerText.slice(0, 4000)).slice(0, 120),
    controls: all(CONTROLS).slice(0, MOST).map(control),
    others: marked.map((one) => ({
      selector: selectorOf(one), tag: one.localName, id: one.id, text: words(one.innerText).slice(0, 60), visible: visible(one),
    })),
  };
}
