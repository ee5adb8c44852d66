using Sluice.Core.Origins;

namespace Sluice.Edge.Playback;

/// <summary>Keeps a body that is to be rewritten. One that goes on beyond a bound is no manifest, whatever its name: it goes out as it comes, and nothing of it is kept.</summary>
internal sealed class CapturedBody(Stream client, int most) : BodyStream
{
    private MemoryStream? kept = new();

    /// <summary>The whole body; null for one that has gone out.</summary>
    public byte[]? Kept => kept?.ToArray();

    public override bool CanRead => false;

    public override bool CanWrite => true;

    /// <summary>Who clears an answer to give another asks for this, and sets the length then.</summary>
    public override bool CanSeek => true;

    public override void SetLength(long value) => kept?.SetLength(value);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (kept is { } text)
        {
            if (text.Length + buffer.Length <= most)
            {
                text.Write(buffer.Span);
                return;
            }

            kept = null;
            await client.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), cancellationToken);
        }

        await client.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => kept is null ? client.FlushAsync(cancellationToken) : Task.CompletedTask;
}
