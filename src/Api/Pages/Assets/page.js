// Turns the examples into tabs with a copy button, and refreshes the figures. Without this script, the page shows all examples below each
// other, and the figures do not change.
'use strict';

const REFRESH_MS = 15_000;
const REQUEST_TIMEOUT_MS = 10_000;
const REFRESHED_IDS = ['summary', 'now', 'requests', 'storage'];

function makeButton(text, onClick) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'small';
  button.textContent = text;
  button.addEventListener('click', () => onClick(button));
  return button;
}

function makeTabs(group) {
  const panels = [...group.querySelectorAll('section')];
  const list = document.createElement('div');
  list.className = 'tabs';
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', group.dataset.label);

  const tabs = panels.map((panel) => {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = `${panel.id}-tab`;
    tab.textContent = panel.querySelector('h3').textContent;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', panel.id);
    panel.classList.add('panel');
    panel.setAttribute('role', 'tabpanel');
    panel.removeAttribute('aria-label');
    panel.setAttribute('aria-labelledby', tab.id);
    list.append(tab);
    return tab;
  });

  const select = (chosen) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      panels[i].hidden = tab !== chosen;
    });
  };

  list.addEventListener('click', (event) => {
    if (tabs.includes(event.target)) {
      select(event.target);
    }
  });
  list.addEventListener('keydown', (event) => {
    const last = tabs.length - 1;
    const at = tabs.indexOf(event.target);
    const to = { ArrowLeft: at === 0 ? last : at - 1, ArrowRight: at === last ? 0 : at + 1, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      select(tabs[to]);
      tabs[to].focus();
    }
  });

  // A link to one snippet opens its tab.
  const selectLinked = () => {
    const linked = panels.findIndex((panel) => `#${panel.id}` === location.hash);
    if (linked >= 0) {
      select(tabs[linked]);
      panels[linked].scrollIntoView();
    }
  };
  window.addEventListener('hashchange', selectLinked);
  group.prepend(list);
  select(tabs[0]);
  selectLinked();
}

function makeCopyable(pre) {
  const button = makeButton('Copy', async () => {
    try {
      await navigator.clipboard.writeText(`${pre.textContent}\n`);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select it and copy it by hand';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  button.setAttribute('aria-live', 'polite');
  pre.after(button);
}

// Changes only what differs, so that focus, selection and screen readers keep their place.
function update(old, fresh) {
  if (old.isEqualNode(fresh)) {
    return;
  }
  if (old.nodeType === Node.TEXT_NODE && fresh.nodeType === Node.TEXT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.nodeName !== fresh.nodeName || old.childNodes.length !== fresh.childNodes.length) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  old.getAttributeNames().filter((name) => !fresh.hasAttribute(name)).forEach((name) => old.removeAttribute(name));
  fresh.getAttributeNames().forEach((name) => old.setAttribute(name, fresh.getAttribute(name)));
  [...old.childNodes].forEach((child, i) => update(child, fresh.childNodes[i]));
}

async function refresh(isWanted) {
  const note = document.getElementById('refresh');
  try {
    const answer = await fetch('./', { headers: { Accept: 'text/html' }, cache: 'no-store', signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }

    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (isWanted()) {
      REFRESHED_IDS.forEach((id) => update(document.getElementById(id), page.getElementById(id)));
    }
    note.textContent = '';
  } catch {
    if (note.textContent === '') {
      note.textContent = 'The server does not answer: these figures are old. Trying again.';
    }
  }
}

// Refreshes every REFRESH_MS while the page is visible, and when it becomes visible again, but not more often. A button pauses it.
function keepFresh() {
  let requestedAt = performance.now();
  let isPaused = false;
  const refreshWhenDue = () => {
    if (!isPaused && !document.hidden && performance.now() - requestedAt >= REFRESH_MS) {
      requestedAt = performance.now();
      refresh(() => !isPaused);
    }
  };
  setInterval(refreshWhenDue, REFRESH_MS / 15);
  document.addEventListener('visibilitychange', refreshWhenDue);
  document.getElementById('updates').append(makeButton('Pause updates', (button) => {
    isPaused = !isPaused;
    button.textContent = isPaused ? 'Resume updates' : 'Pause updates';
  }));
}

document.querySelectorAll('.snippets').forEach(makeTabs);
if (navigator.clipboard) {
  document.querySelectorAll('.snippets pre').forEach(makeCopyable);
}
keepFresh();
