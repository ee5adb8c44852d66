using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Nodes;

/// <summary>A series as another node knows it.</summary>
internal sealed record NodeSeries(int Id, string Name, SeriesKind Kind, double[] Bounds);
