using System.Buffers;

namespace Sluice.Edge.Serving;

/// <summary>Carries bytes both ways, as soon as they come, until one side has no more to say or nothing has come from either for too long.</summary>
internal static class Tunnel
{
    private const int BufferBytes = 16 << 10;

    public static async Task RunAsync(Stream client, Stream origin, TimeSpan idle, TimeProvider time, CancellationToken aborted)
    {
        // Neither side may notice when the other is gone without a word, and a tunnel holds a connection on each.
        using var over = new CancellationTokenSource(idle, time);
        await using var following = aborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), over);
        var up = CopyAsync(client, origin, over, idle);
        var down = CopyAsync(origin, client, over, idle);
        await Task.WhenAny(up, down);
        // Neither protocol side can be half closed through an HTTP server: when one is done, both are.
        await over.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationTokenSource over, TimeSpan idle)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, over.Token)) > 0)
            {
                over.CancelAfter(idle);
                await to.WriteAsync(buffer.AsMemory(0, count), over.Token);
                await to.FlushAsync(over.Token);
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            // How tunnels end: somebody closes, or nobody says anything.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
