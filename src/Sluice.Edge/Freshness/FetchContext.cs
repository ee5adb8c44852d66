using Sluice.Core.Objects;
using Sluice.Edge.Fields;
using Sluice.Edge.Routes;

namespace Sluice.Edge.Freshness;

/// <summary>What of a request decides how its answer may be stored. A copy: the fetch may outlive the request.</summary>
/// <param name="Route">Its route.</param>
/// <param name="Target">Normalised path and query.</param>
/// <param name="Method">GET or HEAD.</param>
/// <param name="Headers">Every field of the request.</param>
/// <param name="SentAt">When the origin is asked.</param>
internal sealed record FetchContext(ActiveRoute Route, string Target, string Method, HeaderList Headers, DateTimeOffset SentAt)
{
    public CacheControl CacheControl { get; } = CacheControl.Read(Headers);

    /// <summary>The path a variant is made from; null for an object under its own path.</summary>
    public string? Source { get; init; }

    /// <summary>True where nobody has asked for it yet.</summary>
    public bool IsAhead { get; init; }

    /// <summary>True where it is asked for behind an answer that was served stale: nobody waits for it, and a new object is put in place by <see cref="Serving.Fetcher.PublishAsync"/>.</summary>
    public bool IsBehind { get; init; }

    public string Path => Source is not null ? Source : Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? Target[..mark] : Target;
}
