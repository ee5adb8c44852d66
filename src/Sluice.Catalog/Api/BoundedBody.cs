using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Sluice.Core.Origins;

namespace Sluice.Catalog.Api;

/// <summary>
/// A request's body that fails as too large when it goes on beyond a bound, and as too slow when nothing of it comes for a while. The server's own bound would also stop reading
/// what still comes, and whoever is still sending would then often see a broken connection in place of the refusal.
/// </summary>
internal sealed class BoundedBody : BodyStream
{
    /// <summary>As long as nginx waits.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private readonly PipeReader body;
    private readonly ITimer silence;
    private long left;

    public BoundedBody(PipeReader body, long most, TimeProvider time)
    {
        (this.body, left) = (body, most);
        // A token would leave the server a reader that still waits, of which it complains in the log.
        silence = time.CreateTimer(static body => ((PipeReader)body!).CancelPendingRead(), body, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public static BadHttpRequestException TooLarge() => new("The file is larger than uploads may be.", StatusCodes.Status413PayloadTooLarge);

    /// <exception cref="BadHttpRequestException">It is larger, or nothing came of it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        silence.Change(LongestSilence, Timeout.InfiniteTimeSpan);
        var read = await body.ReadAsync(cancellationToken);
        silence.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length));
        var count = (int)part.Length;
        part.CopyTo(buffer.Span);
        body.AdvanceTo(part.End);
        if (read.IsCanceled) throw new BadHttpRequestException($"Nothing of the file came for {LongestSilence.TotalSeconds:0} s.", StatusCodes.Status408RequestTimeout);
        if ((left -= count) < 0) throw TooLarge();
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        silence.Dispose();
        base.Dispose(disposing);
    }
}
