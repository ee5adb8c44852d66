using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core.Origins;
using Sluice.Edge.Origins;
using Sluice.TestKit.Time;

namespace Sluice.Edge.Tests.Origins;

/// <summary>What the server does with one request: sends this text as it is (Latin-1), then perhaps ends the connection.</summary>
internal sealed record RawReply(string Text, RawEnd End = RawEnd.KeepOpen, Task? After = null)
{
    public static implicit operator RawReply(string text) => new(text);
}

internal enum RawEnd
{
    KeepOpen,
    Close,
    Reset,
}

/// <summary>A loopback server that says exactly what a test tells it, right or wrong, and keeps every byte it was sent.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly ConcurrentBag<Task> work = [];
    private readonly RawReply[] replies;
    private readonly SemaphoreSlim arrived = new(0);
    private readonly SemaphoreSlim left = new(0);
    private readonly SemaphoreSlim ended = new(0);
    private readonly Task accepting;
    private int connections;
    private int forgotten;

    /// <summary>The n-th request gets the n-th reply, over all connections; the last reply is for all that follow.</summary>
    public RawServer(params RawReply[] replies)
    {
        this.replies = replies;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Head and body of each request as they came.</summary>
    public string[] Requests => [.. requests];

    public int Connections => connections;

    /// <summary>From now on it knows nothing of the connections there are, as a machine that has taken over another's address: what comes on them is answered by a reset.</summary>
    public void ForgetConnections() => Volatile.Write(ref forgotten, connections);

    /// <summary>From now on it accepts no connection.</summary>
    public void StopListening() => listener.Stop();

    public Task RequestArrived() => arrived.WaitAsync(TestTime);

    /// <summary>The client has closed, or reset, a connection.</summary>
    public Task ClientLeft() => left.WaitAsync(TestTime);

    /// <summary>The server has ended a connection as its script said.</summary>
    public Task ServerLeft() => ended.WaitAsync(TestTime);

    public HttpOrigin Origin(TimeProvider? time = null, Func<HttpOriginOptions, HttpOriginOptions>? change = null)
    {
        var options = new HttpOriginOptions { Url = Url };
        return HttpOrigin.Create("up", change?.Invoke(options) ?? options, time ?? new ManualTimeProvider());
    }

    /// <summary>One GET through a fresh origin, and its body.</summary>
    public async Task<(OriginResponse Response, string Body)> GetAsync(string path = "/", OriginRequest? request = null)
    {
        using var origin = Origin();
        await using var response = await origin.FetchAsync(request ?? new() { Path = path }, CancellationToken.None);
        using var reader = new StreamReader(response.Body, Encoding.Latin1);
        return (response, await reader.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(work);
        stop.Dispose();
        arrived.Dispose();
        left.Dispose();
        ended.Dispose();
    }

    private static TimeSpan TestTime => TimeSpan.FromSeconds(30);

    private async Task AcceptAsync()
    {
        // Once it has stopped, the listener would give another.
        var server = listener.Server;
        try
        {
            while (true)
            {
                var socket = await server.AcceptAsync(stop.Token);
                work.Add(ServeAsync(socket, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        using var _ = socket;
        var input = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                string? request;
                while ((request = Take(input)) is null)
                {
                    var count = await socket.ReceiveAsync(buffer, stop.Token);
                    if (count == 0)
                    {
                        left.Release();
                        return;
                    }
                    input.Append(Encoding.Latin1.GetString(buffer, 0, count));
                }
                if (connection <= Volatile.Read(ref forgotten))
                {
                    socket.LingerState = new LingerOption(true, 0);
                    return;
                }
                int number;
                lock (replies)
                {
                    number = requests.Count;
                    requests.Enqueue(request);
                }
                arrived.Release();
                var reply = replies[Math.Min(number, replies.Length - 1)];
                await socket.SendAsync(Encoding.Latin1.GetBytes(reply.Text), stop.Token);
                if (reply.After is { } after) await after.WaitAsync(stop.Token);
                if (reply.End == RawEnd.KeepOpen) continue;
                if (reply.End == RawEnd.Reset) socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
                ended.Release();
                return;
            }
        }
        catch (SocketException)
        {
            left.Release();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static string? Take(StringBuilder input)
    {
        var text = input.ToString();
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        if (head < 4) return null;
        var end = head;
        var lines = text[..head].Split("\r\n");
        if (lines.FirstOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal)) is { } length) end += int.Parse(length[16..]);
        else if (lines.Contains("Transfer-Encoding: chunked")) end = text.IndexOf("0\r\n\r\n", head, StringComparison.Ordinal) is >= 0 and var last ? last + 5 : int.MaxValue;
        if (text.Length < end) return null;
        input.Remove(0, end);
        return text[..end];
    }
}
