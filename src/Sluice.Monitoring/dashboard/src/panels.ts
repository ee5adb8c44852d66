import { h } from './dom';
import type { Fact, Gauge, Latency, PanelSet } from './types';

const cells = 20;

function bar(gauge: Gauge): HTMLElement {
  const full = Array.from({ length: cells }, (_, i) => h('i', i < gauge.bar ? { class: 'on' } : {}));
  return h('div', { class: `bar ${gauge.tone}`, role: 'img', 'aria-label': `${gauge.bar} of ${cells} cells` }, ...full);
}

function rate(gauge: Gauge): HTMLElement {
  return h('div', { class: 'rate', 'data-measure': gauge.label },
    h('div', { class: 'line' }, h('span', { class: 'label' }, gauge.label), h('strong', { class: `value ${gauge.tone === 'bad' ? 'bad' : ''}` }, gauge.text)),
    h('div', { class: 'line' }, bar(gauge), h('span', { class: `delta ${gauge.deltaTone}`, title: gauge.deltaText ? 'against the period before' : 'nothing earlier to compare with' }, gauge.deltaText)));
}

function latency(of: Latency): HTMLElement {
  return h('div', { class: 'rate', 'data-measure': of.label },
    h('div', { class: 'line' }, h('span', { class: 'label' }, of.label), h('strong', { class: `value ${of.tone === 'bad' ? 'bad' : ''}` }, of.headline)),
    h('div', { class: 'triple' }, pair('Avg', of.average), pair('P95', of.p95, of.tone), pair('P99', of.p99)));
}

const pair = (label: string, text: string, tone = ''): HTMLElement => h('span', {}, h('span', { class: 'muted' }, `${label}: `), h('b', { class: tone === 'bad' ? 'bad' : '' }, text));

function resource(fact: Fact): HTMLElement {
  return h('div', { class: 'line resource', 'data-measure': fact.label }, h('span', { class: 'label' }, fact.label), h('strong', { class: `value ${fact.tone === 'bad' || fact.tone === 'warning' ? fact.tone : ''}` }, fact.text));
}

function panel(title: string, ...children: HTMLElement[]): HTMLElement {
  return h('article', { class: 'card panel', 'aria-label': title }, h('h2', {}, title), ...children);
}

export function panels(set: PanelSet): HTMLElement[] {
  return [
    panel('Cache Performance', ...set.cache.map(rate)),
    panel('Error Rate', ...set.errors.map(rate)),
    panel('Latency (ms)', ...set.latency.map(latency)),
    panel('Resource Usage', h('div', { class: 'resources' }, ...set.resources.map(resource))),
  ];
}
