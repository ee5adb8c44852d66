using System.Buffers;

namespace Sluice.Edge.Serving;

/// <summary>Carries bytes both ways until one side has no more to say, as soon as they come.</summary>
internal static class Tunnel
{
    private const int BufferBytes = 16 << 10;

    public static async Task RunAsync(Stream client, Stream origin, CancellationToken aborted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var up = CopyAsync(client, origin, over.Token);
        var down = CopyAsync(origin, client, over.Token);
        await Task.WhenAny(up, down);
        // Neither protocol side can be half closed through an HTTP server: when one is done, both are.
        await over.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken over)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, over)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), over);
                await to.FlushAsync(over);
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            // How tunnels end: somebody closes.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
