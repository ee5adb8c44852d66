using System.Globalization;
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

    /// <param name="answer">Gets each command after the greeting, its words with blanks between them, one at a time however they arrived; pings too.</param>
    public ScriptedServer(Func<Stream, string, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it says to a greeting.</summary>
    public string Greeting { get; set; } = "%3\r\n+version\r\n+7.0.15\r\n+mode\r\n+standalone\r\n+role\r\n+master\r\n";

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
                using var reader = new StreamReader(stream, Encoding.Latin1);
                while (await ReadCommandAsync(reader) is { } command)
                {
                    if (command.StartsWith("HELLO", StringComparison.Ordinal)) await SayAsync(stream, Greeting);
                    else await answer(stream, command);
                }
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side hung up.
            }
        }
    }

    /// <summary>The words of the next command; null at the end of the connection. Words have no line ends here.</summary>
    private async Task<string?> ReadCommandAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(stop.Token) is not { } head) return null;
        var words = new string[int.Parse(head.AsSpan(1), CultureInfo.InvariantCulture)];
        for (var i = 0; i < words.Length; i++)
        {
            await reader.ReadLineAsync(stop.Token);
            if (await reader.ReadLineAsync(stop.Token) is not { } word) return null;
            words[i] = word;
        }

        return string.Join(' ', words);
    }
}
