namespace Sluice.Edge.Tests.Model;

/// <summary>A response's Cache-Control, as the model knows it: no text to parse.</summary>
internal sealed record ResponseDirectives
{
    public int? MaxAge { get; init; }

    public int? SharedMaxAge { get; init; }

    public int? StaleIfError { get; init; }

    public bool NoStore { get; init; }

    public bool NoCache { get; init; }

    public bool Private { get; init; }

    public bool Public { get; init; }

    public bool MustRevalidate { get; init; }

    public bool ProxyRevalidate { get; init; }

    public bool MustUnderstand { get; init; }

    public override string ToString() => string.Join(", ", new[]
    {
        NoStore ? "no-store" : null, NoCache ? "no-cache" : null, Private ? "private" : null, Public ? "public" : null,
        MustRevalidate ? "must-revalidate" : null, ProxyRevalidate ? "proxy-revalidate" : null, MustUnderstand ? "must-understand" : null,
        MaxAge is null ? null : $"max-age={MaxAge}", SharedMaxAge is null ? null : $"s-maxage={SharedMaxAge}", StaleIfError is null ? null : $"stale-if-error={StaleIfError}",
    }.Where(part => part is not null));
}
