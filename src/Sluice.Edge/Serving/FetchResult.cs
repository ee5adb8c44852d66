using Sluice.Core.Objects;
using Sluice.Core.Origins;

namespace Sluice.Edge.Serving;

/// <summary>What a fetch brought: an object all followers can use, or an answer that only the one who led may have. Lives until the last follower has let go of it.</summary>
internal sealed class FetchResult : IDisposable
{
    private OriginResponse? response;

    /// <summary>The object, stored, refreshed, or at least shared by those who waited; null when the answer is not to be shared.</summary>
    public CachedObject? Object { get; init; }

    /// <summary>True when the origin confirmed the stored object with a 304.</summary>
    public bool IsRevalidated { get; init; }

    /// <summary>True when the object can be found from now on.</summary>
    public bool IsStored { get; init; }

    /// <summary>Why it was not stored; empty when it was.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The origin's status.</summary>
    public int Status { get; init; }

    /// <summary>The header fields exactly as the origin sent them, for the one who asked first.</summary>
    public HeaderList? Headers { get; init; }

    /// <summary>Keeps the fill wanted until a follower has opened the object.</summary>
    public BodyReader? Pin { get; init; }

    /// <summary>True when it came from the tier that nodes share: the origin was not asked.</summary>
    public bool IsShared { get; init; }

    /// <summary>True when nothing in the request told who asked: neither a cookie nor credentials.</summary>
    public bool IsNameless { get; set; }

    /// <summary>The cache's fence when the fetch began.</summary>
    public long Fence { get; init; }

    /// <summary>The answer that must not be shared.</summary>
    public OriginResponse? Response
    {
        init => response = value;
    }

    /// <summary>Takes the unshared answer; null when somebody has it already.</summary>
    public OriginResponse? TakeResponse() => Interlocked.Exchange(ref response, null);

    /// <summary>Waits until the whole body of <see cref="Object"/> is here.</summary>
    public Task CompleteAsync(CancellationToken cancellation)
    {
        var completing = Object!.CompleteAsync(cancellation);
        // That has its reader by now, which keeps the fill wanted. The pin stays at the first byte: where there is no disk, nothing would be fetched that is far beyond it.
        Pin?.Dispose();
        return completing;
    }

    public void Dispose()
    {
        Pin?.Dispose();
        if (TakeResponse() is { } unused) _ = unused.DisposeAsync().AsTask();
    }
}
