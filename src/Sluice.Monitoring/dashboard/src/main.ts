import './style.css';
import { follow, hasToken, NeedsToken, Refused, setToken, trend } from './api';
import { byId, h, render } from './dom';
import { panels } from './panels';
import { alertLine, more } from './sections';
import { moment, span, time } from './text';
import { TrendChart } from './trend';
import type { Summary } from './types';

const periods = [['day', 'Day', 'Last 24 Hours Trend', 'yesterday'], ['week', 'Week', 'Last 7 Days Trend', 'the week before'], ['month', 'Month', 'Last 30 Days Trend', 'the month before']] as const;
const scopes: Record<string, string> = { media: 'Media', urls: 'URLs' };
const none = '–';
const hints: Record<string, string> = { media: 'Nothing was asked for in this period. Numbers come with the first request to the edge.', urls: 'No URL was asked for in this period. Numbers come with the first one, from GET /v1/presign/PATH or a route that redirects.' };
const retryAfter = 3000;
const marksShown = 5;
const alertsShown = 4;
const trendEvery = 20_000;

const chart = new TrendChart(byId('lanes'));
let period = new URLSearchParams(location.search).get('period') ?? 'day';
let scope = new URLSearchParams(location.search).get('scope') ?? '';
let node = new URLSearchParams(location.search).get('node') ?? '';
let stop = new AbortController();
let latest: Summary | undefined;

function segments(target: HTMLElement, choices: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void): void {
  render(target, [choices, chosen], () => choices.map(([value, label]) => {
    const button = h('button', { type: 'button', 'aria-pressed': String(value === chosen), 'data-value': value }, label);
    button.addEventListener('click', () => { choose(value); (target.querySelector(`[data-value=${value}]`) as HTMLElement | null)?.focus(); });
    return button;
  }));
}

function controls(): void {
  segments(byId('periods'), periods.map(([value, label]) => [value, label] as const), period, (value) => { period = value; remember(); void run(); });
  const known = latest?.scopes.map((set) => set.name) ?? [];
  byId('scopes').hidden = known.length < 2;
  segments(byId('scopes'), known.map((name) => [name, scopes[name] ?? name] as const), scope, (value) => { scope = value; remember(); show(); void drawTrend(); });
  const nodes = latest?.nodes ?? [], picker = byId<HTMLSelectElement>('nodes');
  picker.hidden = nodes.length < 2;
  byId('node').hidden = !picker.hidden;
  render(picker, nodes, () => [h('option', { value: 'all' }, `all ${nodes.length} servers`), ...nodes.map((one) => h('option', { value: one.id }, one.isThis ? `${one.name} (this one)` : one.name))]);
  // What was chosen, and not what is still shown until the next summary.
  picker.value = node === 'all' ? node : (nodes.find((one) => (node ? one.id === node || one.name === node : one.isThis))?.id ?? '');
}

function remember(): void {
  history.replaceState(null, '', `?period=${period}&scope=${scope}${node ? `&node=${encodeURIComponent(node)}` : ''}`);
  controls();
}

function show(): void {
  if (!latest) return;
  const summary = latest;
  if (!summary.scopes.some((set) => set.name === scope)) scope = summary.scopes[0]!.name;
  controls();
  const on = summary.alerts.filter((alert) => !alert.resolved).sort((a, b) => a.severity.localeCompare(b.severity));
  const worst = on.some((alert) => alert.severity === 'critical') ? 'critical' : on.length > 0 ? 'warning' : '';
  document.title = worst ? `(${on.length}) Sluice – ${summary.node}` : `Sluice – ${summary.node}`;
  byId('node').textContent = summary.node;
  tell(on.length === 0 ? '' : `Alerts: ${on.map((alert) => `${alert.severity} ${alert.rule}`).join(', ')}`);
  byId('foot').textContent = `Sluice ${summary.version} · up ${span(summary.uptimeSeconds)}`;
  render(byId('banner'), [on, Math.floor(Date.parse(summary.at) / 60000)], () => on.length === 0 ? [] : [h('ul', { class: `alerts banner ${worst}` }, ...on.slice(0, alertsShown).map((alert) => alertLine(alert, summary.at)), on.length > alertsShown ? h('li', {}, h('a', { href: '#alerts' }, `and ${on.length - alertsShown} more`)) : null)]);
  render(byId('now'), summary.now, () => summary.now.map((fact) => h('div', { class: 'fact', 'data-now': fact.label }, h('span', { class: 'muted' }, fact.label), h('strong', { class: fact.tone }, fact.text))));
  const set = summary.scopes.find((one) => one.name === scope)!;
  render(byId('panels'), set, () => panels(set));
  const { at: _at, uptimeSeconds: _up, now: _now, scopes: _scopes, ...rest } = summary;
  render(byId('more'), [rest, Math.floor(Date.parse(summary.at) / 60000)], () => more(summary));
  // Where all failed there is no hit rate, but a rate of errors.
  byId('hint').hidden = set.cache[0]!.text !== none || set.errors[0]!.text !== none;
  byId('hint').textContent = hints[set.name] ?? '';
  live('on', 'live', ` · ${time(new Date(summary.at))}`);
}

/** For those who hear the page: which alerts are on, and not again whenever a number in them changes. */
function tell(text: string): void {
  if (byId('told').textContent !== text) byId('told').textContent = text;
}

/** The time is beside what is read out, or a screen reader would tell it every two seconds. */
function live(state: string, text: string, at = ''): void {
  byId('live').dataset.state = state;
  if (byId('live-text').textContent !== text) byId('live-text').textContent = text;
  byId('live-time').textContent = at;
}

async function drawTrend(): Promise<void> {
  const names = periods.find(([value]) => value === period)!;
  const asked = node;
  const drawn = await trend(period, scope || 'media', asked);
  if (asked !== node || drawn.period !== period || (scope && drawn.scope !== scope)) return;
  byId('trend-title').textContent = names[2];
  byId('legend').replaceChildren(h('span', { class: 'dash' }), ` ${names[3]}; for storage, its limit`);
  render(byId('marks'), drawn.marks.slice(0, marksShown), () => drawn.marks.slice(0, marksShown).map((mark) => h('li', {}, h('span', { class: `tick ${mark.kind}` }), h('span', { class: 'muted' }, moment(mark.at, period)), ` ${mark.text}`)));
  chart.draw(drawn);
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

async function run(): Promise<void> {
  stop.abort();
  const mine = (stop = new AbortController());
  while (!mine.signal.aborted) {
    try {
      let drawn = 0;
      await follow(period, node, mine.signal, (summary) => {
        if (mine.signal.aborted) return; // of what is no longer chosen
        latest = summary;
        show();
        if (performance.now() - drawn < trendEvery && drawn > 0) return;
        drawn = performance.now();
        drawTrend().catch((failure: Error) => live('off', failure.message));
      });
      live('off', 'the server closed the connection');
    } catch (failure) {
      if (mine.signal.aborted) return;
      if (failure instanceof NeedsToken) {
        await askForToken();
        continue;
      }
      if (failure instanceof Refused && node) node = ''; // that server is gone
      else live('off', failure instanceof TypeError ? 'the server does not answer' : (failure as Error).message);
    }
    await pause(retryAfter);
  }
}

function askForToken(): Promise<void> {
  const dialog = byId<HTMLDialogElement>('ask');
  byId('refused').hidden = !hasToken();
  return new Promise((done) => {
    dialog.addEventListener('close', () => { setToken(byId<HTMLInputElement>('token').value.trim()); done(); }, { once: true });
    dialog.showModal();
  });
}

byId('nodes').addEventListener('change', () => {
  const { value } = byId<HTMLSelectElement>('nodes');
  node = latest?.nodes.find((one) => one.id === value)?.isThis ? '' : value;
  remember();
  void run();
});

const themes = ['auto', 'light', 'dark'];

function theme(name: string): void {
  document.documentElement.dataset.theme = name;
  localStorage.setItem('sluice.theme', name);
  const button = byId('theme');
  button.textContent = name === 'auto' ? '◐' : name === 'light' ? '☀' : '☾';
  button.setAttribute('aria-label', `Colours: ${name}. Change`);
  button.title = `Colours: ${name}`;
  chart.redraw();
}

byId('theme').addEventListener('click', () => theme(themes[(themes.indexOf(document.documentElement.dataset.theme ?? 'auto') + 1) % themes.length]!));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw());
theme(localStorage.getItem('sluice.theme') ?? 'auto');
controls();
void run();
