namespace Sluice.Edge.Tests.Model;

/// <summary>A request's Cache-Control, as the model knows it.</summary>
internal sealed record RequestDirectives
{
    public bool NoStore { get; init; }

    public bool NoCache { get; init; }

    public bool OnlyIfCached { get; init; }

    public int? MaxAge { get; init; }

    public int? MinFresh { get; init; }

    /// <summary>Null for none; -1 for one without an argument.</summary>
    public int? MaxStale { get; init; }

    public override string ToString() => string.Join(", ", new[]
    {
        NoStore ? "no-store" : null, NoCache ? "no-cache" : null, OnlyIfCached ? "only-if-cached" : null,
        MaxAge is null ? null : $"max-age={MaxAge}", MinFresh is null ? null : $"min-fresh={MinFresh}",
        MaxStale is null ? null : MaxStale < 0 ? "max-stale" : $"max-stale={MaxStale}",
    }.Where(part => part is not null));
}
