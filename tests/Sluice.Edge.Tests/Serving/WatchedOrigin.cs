using System.Collections.Concurrent;
using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Edge.Tests.Serving;

/// <summary>An origin that tells on whose behalf it was asked, keeps nothing of that alive, and refuses parts to whom it is told to.</summary>
internal sealed class WatchedOrigin(MadeOrigin inner) : IOrigin
{
    public string Name => inner.Name;

    public string Scope => inner.Scope;

    public OriginTraits Traits => inner.Traits;

    /// <summary>Authorization of each request, in order.</summary>
    public ConcurrentQueue<string?> Callers { get; } = new();

    /// <summary>What was in the fields of each request.</summary>
    public ConcurrentQueue<HeaderList> Fields { get; } = new();

    /// <summary>The fields themselves, as long as somebody keeps them.</summary>
    public ConcurrentQueue<WeakReference<HeaderList>> Kept { get; } = new();

    /// <summary>Whom it answers 401, 403 with, when they ask for part of a version.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    public ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        var caller = request.Headers.First("Authorization");
        Callers.Enqueue(caller);
        Fields.Enqueue(new HeaderList(request.Headers));
        Kept.Enqueue(new(request.Headers));
        if (request.Require is not null && Refused.TryGetValue(caller ?? "", out var status))
        {
            var headers = new HeaderList { { "WWW-Authenticate", "Basic realm=\"a\"" } };
            return new(new OriginResponse { Status = status, Headers = headers, Version = new ObjectVersion(null, null, 0), BodyLength = 0, Body = new MemoryStream() });
        }

        return inner.FetchAsync(request with { Headers = new() }, cancellation);
    }
}
