import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { h } from './dom';
import { bytes, moments } from './text';
import type { Trend } from './types';

type Lane = { title: string; note?: string; line: keyof Trend; before?: keyof Trend; color: string; unit: string; floor?: number; ceiling?: number; least: number; format?: (value: number) => string };

const lanes: Lane[] = [
  { title: 'Hit Rate', line: 'hitRate', before: 'hitRateBefore', color: '--accent', unit: '%', ceiling: 100, least: 1 },
  { title: 'Latency', note: 'P95', line: 'latency', before: 'latencyBefore', color: '--blue', unit: 'ms', floor: 0, least: 0.1 },
  { title: 'Errors', line: 'errors', color: '--bad', unit: '%', floor: 0, least: 1 },
  { title: 'Requests', line: 'requests', color: '--violet', unit: '/s', floor: 0, least: 0.1 },
  { title: 'Storage', line: 'storage', before: 'storageLimit', color: '--stale', unit: '', floor: 0, least: 1000, format: bytes },
];

const labelHalf = 22; // pixels that half a label takes

const color = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const short = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value === 0 ? 0 : 2)).replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));

/** Labels of the axis of time, none where it would be cut off at an end. */
function labels(u: uPlot, at: number[], step: number): string[] {
  const whole = at.filter((one) => u.valToPos(one, 'x') >= labelHalf && u.valToPos(one, 'x') <= u.bbox.width / devicePixelRatio - labelHalf), texts = moments(whole, step);
  return at.map((one) => texts[whole.indexOf(one)] ?? '');
}

/** The next number above that is short, and whose half is. */
function above(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8].find((one) => one * power >= value * 0.999) ?? 10) * power;
}

/** Draws the lanes one above the other, over one axis of time, with one cursor. */
export class TrendChart {
  private charts: uPlot[] = [];
  private last?: Trend;

  constructor(private readonly host: HTMLElement) {
    new ResizeObserver(() => this.resize()).observe(host);
  }

  draw(trend: Trend): void {
    this.last = trend;
    this.charts.forEach((chart) => chart.destroy());
    this.charts = [];
    this.host.replaceChildren();
    lanes.forEach((lane, index) => this.add(lane, trend, index === lanes.length - 1));
  }

  redraw(): void {
    if (this.last) this.draw(this.last);
  }

  private add(lane: Lane, trend: Trend, isLast: boolean): void {
    const values = trend[lane.line] as (number | null)[];
    const last = [...values].reverse().find((value) => value !== null);
    const text = lane.format ?? ((one: number): string => short(one) + lane.unit);
    const value = h('span', { class: 'lane-value' }, last == null ? '–' : text(last));
    const plot = h('div', { class: 'plot', role: 'img', 'aria-label': `${lane.title}: ${describe(values, lane)}` });
    this.host.append(h('div', { class: 'lane', 'data-lane': lane.title }, h('div', { class: 'lane-head' }, h('span', { class: 'lane-title' }, lane.title), lane.note ? h('span', { class: 'lane-note' }, lane.note) : null, value), plot));
    const line = color(lane.color), muted = color('--muted'), grid = color('--grid');
    const axis = { stroke: muted, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    const series: uPlot.Series[] = [{}, { stroke: line, width: 2, fill: line + '22', points: { show: sparse(values), size: 5, fill: line }, spanGaps: false }];
    const data: uPlot.AlignedData = [trend.at, values];
    if (lane.before) {
      series.push({ stroke: muted, width: 1, dash: [4, 4], points: { show: false } });
      (data as unknown[]).push(trend[lane.before]);
    }

    const chart = new uPlot({
      width: Math.max(200, plot.clientWidth || this.host.clientWidth - 110), height: isLast ? 112 : 78, series,
      legend: { show: false }, padding: [8, 8, isLast ? 0 : 8, 0],
      cursor: { y: false, sync: { key: 'trend' }, points: { size: 7 }, drag: { x: false, y: false } },
      scales: { x: { time: true, range: () => [trend.at[0]!, trend.at[trend.at.length - 1]!] }, y: { range: (_, min, max) => [lane.floor ?? Math.max(0, Math.floor(((min ?? 0) - 2) / 10) * 10), lane.ceiling ?? above(Math.max(lane.least, (max ?? 0) * 1.02))] } },
      axes: [{ ...axis, show: isLast, size: 38, values: (u, at, __, ___, step) => labels(u, at, step) }, { ...axis, size: 60, splits: (_, __, min, max) => [min, (min + max) / 2, max], values: (_, ticks) => ticks.map((one) => text(one)) }],
      hooks: {
        drawClear: [(u) => drawMarks(u, trend)],
        setCursor: [(u) => {
          const at = u.cursor.idx == null ? null : values[u.cursor.idx];
          const shown = u.cursor.idx == null ? last : at;
          value.textContent = shown == null ? '–' : text(shown);
        }],
      },
    }, data, plot);
    this.charts.push(chart);
  }

  private resize(): void {
    for (const chart of this.charts) {
      const width = (chart.root.parentElement as HTMLElement).clientWidth;
      if (width > 0 && Math.abs(width - chart.width) > 1) chart.setSize({ width, height: chart.height });
    }
  }
}

/** True for few points: a line between one point and nothing would not show. */
const sparse = (values: (number | null)[]): boolean => values.filter((value) => value !== null).length < 30;

function describe(values: (number | null)[], lane: Lane): string {
  const known = values.filter((value): value is number => value !== null), text = lane.format ?? ((one: number): string => `${short(one)} ${lane.unit}`);
  return known.length === 0 ? 'nothing measured yet' : `from ${text(Math.min(...known)).replace(` ${lane.unit}`, '')} to ${text(Math.max(...known))}, now ${text(known[known.length - 1]!)}`;
}

function drawMarks(u: uPlot, trend: Trend): void {
  const { ctx } = u;
  ctx.save();
  for (const mark of trend.marks) {
    const x = Math.round(u.valToPos(mark.at, 'x', true));
    ctx.strokeStyle = color(mark.kind === 'anomaly' ? '--warning' : '--mark');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(mark.kind === 'start' ? [2, 3] : []);
    ctx.beginPath();
    ctx.moveTo(x, u.bbox.top);
    ctx.lineTo(x, u.bbox.top + u.bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
