// What the server answers: Sluice.Monitoring.Summary.
export interface Gauge { label: string; value?: number; text: string; delta?: number; deltaText: string; bar: number; tone: string; deltaTone: string }
export interface Latency { label: string; headline: string; average: string; p95: string; p99: string; tone: string }
export interface Fact { label: string; text: string; tone: string }
export interface PanelSet { name: string; cache: Gauge[]; errors: Gauge[]; latency: Latency[]; resources: Fact[] }
export interface Share { name: string; requests: number; bytes: number; requestsText: string; bytesText: string; percent: number }
export interface OriginHealth { name: string; requests: string; failures: string; p95: string; received: string; state: string; tone: string }
export interface HotItem { path: string; requests: number; bytes: number }
export interface Savings { bytesText: string; requestsText: string; moneyText: string; pricesText: string }
export interface WhatIfRow { policy: string; factor: number; capacityText: string; hitPercent?: number; hitText: string; byteText: string; moneyText: string; differenceText: string }
export interface WhatIf { requests: number; share: number; policy: string; rows: WhatIfRow[] }
export interface AlertItem { node?: string; rule: string; severity: string; message: string; started: string; resolved?: string }
export interface PurgeItem { at: string; what: string; objects: number; bytes: number }

export interface NodeItem { id: string; name: string; version: string; isThis: boolean }

export interface Summary {
  at: string; period: string; node: string; version: string; uptimeSeconds: number;
  scopes: PanelSet[]; now: Fact[]; outcomes: Share[]; tiers: Share[]; origins: OriginHealth[]; hottest: HotItem[]; savings: Savings; whatIf?: WhatIf; alerts: AlertItem[]; purges: PurgeItem[];
  nodes: NodeItem[]; selected: string;
}

export interface Mark { at: number; kind: string; text: string }
type Line = (number | null)[];
export interface Trend { period: string; scope: string; at: number[]; hitRate: Line; latency: Line; errors: Line; requests: Line; storage: Line; storageLimit: Line; latencyBefore: Line; hitRateBefore: Line; marks: Mark[] }
