namespace Sluice.Monitoring.History;

/// <summary>A window of the history with its beginning, in seconds since the Unix epoch.</summary>
internal readonly record struct HistoryBin(long At, Window Window);
