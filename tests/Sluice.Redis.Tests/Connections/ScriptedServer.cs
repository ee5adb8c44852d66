using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Redis.Tests.Connections;

/// <summary>A server that greets as Redis does and then does what a test says: answers, is silent, hangs up, sends nonsense.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Stream, string, Task> answer;
    private readonly Task accepting;
    private int connections;

    /// <param name="answer">Gets each request after the greeting, as it came over the wire; pings too.</param>
    public ScriptedServer(Func<Stream, string, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref connections);

    public static Task SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref connections);
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var buffer = new byte[1 << 16];
                while (await stream.ReadAsync(buffer, stop.Token) is > 0 and var count)
                {
                    var text = Encoding.UTF8.GetString(buffer, 0, count);
                    if (text.Contains("HELLO", StringComparison.Ordinal)) await SayAsync(stream, "%3\r\n+version\r\n+7.0.15\r\n+mode\r\n+standalone\r\n+role\r\n+master\r\n");
                    else await answer(stream, text);
                }
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side hung up.
            }
        }
    }
}
