import { h } from './dom';
import { ago, bytes, count, day, span } from './text';
import type { AlertItem, Share, Summary, WhatIf } from './types';

function card(title: string, id: string, ...children: (Node | null)[]): HTMLElement {
  return h('article', { class: 'card', id, 'aria-label': title }, h('h2', {}, title), ...children);
}

/** A table; columns named as wide are left out on a phone. */
function table(headings: string[], rows: (string | Node)[][], empty: string, wide: string[] = []): HTMLElement {
  const of = (i: number): string | undefined => [i ? 'number' : '', wide.includes(headings[i]!) ? 'wide' : ''].filter(Boolean).join(' ') || undefined;
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  return h('div', { class: 'scroll' }, h('table', {},
    h('thead', {}, h('tr', {}, ...headings.map((heading, i) => h('th', { scope: 'col', class: of(i) }, heading)))),
    h('tbody', {}, ...rows.map((row) => h('tr', {}, ...row.map((cell, i) => h(i ? 'td' : 'th', i ? { class: of(i) } : { scope: 'row' }, cell)))))));
}

/** Shares of a whole as one stacked bar with its table. */
function shares(all: Share[], kind: string): HTMLElement[] {
  const used = all.filter((share) => share.requests > 0);
  const bar = h('div', { class: 'stack', role: 'img', 'aria-label': used.map((share) => `${share.name} ${share.percent.toFixed(1)}%`).join(', ') || 'no requests' });
  for (const share of used) {
    const part = h('i', { class: `s-${share.name}`, title: `${share.name}: ${share.percent.toFixed(1)}%` });
    part.style.flexGrow = String(Math.max(share.percent, 0.4));
    bar.append(part);
  }
  const rows = all.filter((share) => share.requests > 0 || kind === 'tier' || ['hit', 'miss'].includes(share.name))
    .map((share) => [h('span', { class: 'key' }, h('i', { class: `swatch s-${share.name}` }), share.name), share.requestsText, share.bytesText, `${share.percent.toFixed(1)}%`]);
  return [bar, table([kind, 'requests', 'sent', 'share'], rows, '')];
}

/** Half, double and four times the size: one bar each, of the policy in use, and what the other would do. */
function whatIf(found: WhatIf | undefined): (Node | null)[] {
  if (!found) return [h('p', { class: 'empty' }, 'Known once something was asked for.')];
  const rows = found.rows.filter((row) => row.policy === found.policy).map((row) => {
    const bar = h('i', {}), other = found.rows.find((one) => one.policy !== found.policy && one.factor === row.factor);
    bar.style.width = `${row.hitPercent ?? 0}%`;
    return [h('span', { class: 'key' }, row.factor === 1 ? h('b', {}, `${row.capacityText}, now`) : row.capacityText), h('span', { class: `meter ${row.factor === 1 ? 'present' : ''}`, role: 'img', 'aria-label': row.hitText }, bar), row.hitText, row.moneyText, row.differenceText || '–', other?.hitText ?? '–'];
  });
  return [table(['size', ' ', 'hit rate', 'saves', 'difference', found.policy === 'lru' ? 's3fifo' : 'lru'], rows, '', [' ', 'lru', 's3fifo']), h('p', { class: 'muted small note' }, `Estimated from ${found.share >= 99.995 ? 'all' : `${found.share.toPrecision(2)}%`} of the objects, as if nothing went stale. A larger cache shows what it is worth only once it would have filled.`)];
}

export function alertLine(alert: AlertItem, now: string): HTMLElement {
  const state = alert.resolved ? `over after ${span((Date.parse(alert.resolved) - Date.parse(alert.started)) / 1000)}` : `since ${ago(alert.started, now).replace(' ago', '')}`;
  return h('li', { class: `alert ${alert.resolved ? 'over' : alert.severity}` },
    h('span', { class: 'badge' }, alert.resolved ? 'resolved' : alert.severity), h('span', { class: 'what' }, alert.node ? h('span', { class: 'muted' }, `${alert.node} `) : null, h('b', {}, alert.rule), ' ', alert.message),
    h('span', { class: 'muted when', title: day(alert.started, now) }, alert.resolved ? `${day(alert.started, now)}, ${state}` : state));
}

export function more(summary: Summary): HTMLElement[] {
  const { savings } = summary;
  return [
    card('Saved', 'saved', h('p', { class: 'big', 'data-measure': 'Money' }, savings.moneyText), h('p', {}, h('b', { 'data-measure': 'Saved bytes' }, savings.bytesText), ' and ', h('b', {}, savings.requestsText), ' requests that origins did not have to answer'),
      h('p', { class: 'muted small' }, savings.pricesText)),
    card('Requests by Outcome', 'outcomes', ...shares(summary.outcomes, 'outcome')),
    card('Requests by Tier', 'tiers', ...shares(summary.tiers, 'tier')),
    card('Other Sizes', 'whatif', ...whatIf(summary.whatIf)),
    card('Origins', 'origins', table(['origin', 'state', 'requests', 'failed', 'P95', 'received'], summary.origins.map((origin) => [
      h('span', { class: 'key path', title: origin.name }, h('i', { class: `swatch t-${origin.tone}` }), origin.name), origin.state, origin.requests, origin.failures, origin.p95, origin.received]), 'No origin was asked in this period.', ['P95', 'received'])),
    card('Hottest Objects', 'hottest', table(['path', 'hits, about', 'sent, about'], summary.hottest.map((hot) => [h('span', { class: 'path', title: hot.path }, hot.path), count(hot.requests), bytes(hot.bytes)]), 'Nothing is hot yet: hits are sampled, one in sixteen.')),
    card('Last Purges', 'purges', table(['what', 'when', 'objects', 'bytes'], summary.purges.slice(0, 10).map((purge) => [h('span', { class: 'path', title: purge.what }, purge.what), ago(purge.at, summary.at, 1), count(purge.objects), bytes(purge.bytes)]), 'Nothing was purged since the start.')),
    card('Alerts', 'alerts', summary.alerts.length === 0 ? h('p', { class: 'empty' }, 'None in this period. Rules and thresholds: docs/monitoring.md.') : h('ul', { class: 'alerts' }, ...summary.alerts.slice(0, 20).map((alert) => alertLine(alert, summary.at)))),
  ];
}
