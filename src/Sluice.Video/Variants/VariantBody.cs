using Sluice.Core.Origins;

namespace Sluice.Video.Variants;

/// <summary>A variant's bytes as they are made: those that were waited for before the answer began, then the rest.</summary>
internal sealed class VariantBody(ReadOnlyMemory<byte> first, VariantRun run, Func<ValueTask> end) : BodyStream
{
    private ReadOnlyMemory<byte> first = first;
    private int ended;

    /// <exception cref="OriginException">Making it failed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (first.IsEmpty) return await run.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(first.Length, buffer.Length);
        first[..count].CopyTo(buffer);
        first = first[count..];
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0) await end();
        await base.DisposeAsync();
    }
}
