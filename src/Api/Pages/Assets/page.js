// What the page does beyond showing itself: snippets become tabs that can be copied, and the figures stay fresh. Without this, all of it is
// there, one under the other, as of when it was asked for.
'use strict';

const REFRESH_MS = 15_000;
const FRESH = ['summary', 'now', 'requests', 'storage'];

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
    if (event.target.role === 'tab') {
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
  select(tabs[Math.max(0, panels.findIndex((panel) => `#${panel.id}` === location.hash))]);
  group.prepend(list);
}

function makeCopyable(pre) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(`${pre.textContent}\n`);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select it and copy it by hand';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  pre.after(button);
}

async function refresh() {
  const note = document.getElementById('refresh');
  try {
    const answer = await fetch('./', { headers: { Accept: 'text/html' }, cache: 'no-store' });
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }

    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const id of FRESH) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (fresh !== null && !old.contains(document.activeElement) && !holdsSelection(old)) {
        old.replaceWith(document.adoptNode(fresh));
      }
    }
    note.textContent = '';
  } catch {
    if (note.textContent === '') {
      note.textContent = 'The server could not be asked again: the figures are older than they say. Trying again.';
    }
  }
}

// Who is marking a figure to copy it does not lose the mark.
function holdsSelection(element) {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

document.querySelectorAll('.snippets').forEach(makeTabs);
if (navigator.clipboard) {
  document.querySelectorAll('.snippets pre').forEach(makeCopyable);
}

// Coming back to the page shows what is true now; coming back often does not ask often.
let askedAt = Date.now();
const refreshWhenDue = () => {
  if (!document.hidden && Date.now() - askedAt >= REFRESH_MS) {
    askedAt = Date.now();
    refresh();
  }
};
setInterval(refreshWhenDue, REFRESH_MS / 15);
document.addEventListener('visibilitychange', refreshWhenDue);
