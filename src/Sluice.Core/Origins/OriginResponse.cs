using Sluice.Core.Objects;

namespace Sluice.Core.Origins;

/// <summary>An origin's answer. Whoever receives it disposes it; that gives the connection back or closes it.</summary>
public class OriginResponse : IAsyncDisposable
{
    /// <summary>Final status code.</summary>
    public required int Status { get; init; }

    /// <summary>End-to-end header fields as sent; hop-by-hop fields and those Connection names are gone.</summary>
    public required HeaderList Headers { get; init; }

    /// <summary>The body, or the part of it that <see cref="Range"/> names. Reading it throws <see cref="OriginException"/> when the origin cuts it short.</summary>
    public Stream Body { get; init; } = Stream.Null;

    /// <summary>Reads the fields that came after the body (trailers), once its end was read; null where there can be none.</summary>
    public Func<HeaderList>? Trailers { get; init; }

    /// <summary>How many bytes <see cref="Body"/> will bring, when declared.</summary>
    public long? BodyLength { get; init; }

    /// <summary>For a 206: where the bytes belong, as [Start, End), and the length of the whole when the origin told it.</summary>
    public (long Start, long End, long? Total)? Range { get; init; }

    /// <summary>The version these bytes belong to; its length is that of the whole body.</summary>
    public required ObjectVersion Version { get; init; }

    /// <summary>For a body that is being made: true once so little is left to do that it is worth finishing though nobody waits any more. Null where only the bytes left tell.</summary>
    public Func<bool>? IsNearlyDone { get; init; }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
