using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.TestKit.Origins;

/// <summary>
/// An HTTP/1.1 server on a raw loopback socket that answers each path as a test tells it to, rightly or wrongly,
/// and remembers every request. A path nobody described answers 404.
/// </summary>
public sealed class FaultyOrigin : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, OriginReply> _replies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<OriginReply>> _once = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<OriginCall> _calls = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly ConcurrentQueue<Exception> _mistakes = new();
    private readonly CancellationTokenSource _stop = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    private FaultyOrigin()
    {
    }

    public int Port { get; private set; }

    /// <summary><c>http://127.0.0.1:port</c>, without a slash at the end.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Requests in the order their heads were read.</summary>
    public IReadOnlyList<OriginCall> Calls => [.. _calls];

    public static FaultyOrigin Start()
    {
        var origin = new FaultyOrigin();
        origin.Listen();
        return origin;
    }

    /// <summary>How this path is answered from now on. The path is the decoded-as-sent target without its query.</summary>
    public FaultyOrigin On(string path, OriginReply reply)
    {
        _replies[path] = reply;
        return this;
    }

    /// <summary>The next request of this path is answered so, once; several are used in order.</summary>
    public FaultyOrigin Once(string path, OriginReply reply)
    {
        _once.GetOrAdd(path, _ => new()).Enqueue(reply);
        return this;
    }

    public IReadOnlyList<OriginCall> CallsOf(string path) =>
        [.. _calls.Where(call => PathOf(call.Target) == path)];

    /// <summary>Body bytes sent for a path, over all its requests.</summary>
    public long BytesOf(string path) => CallsOf(path).Sum(call => call.BodyBytes);

    /// <summary>Refuses connections, and breaks those that are open, until <see cref="GoUp"/>.</summary>
    public async Task GoDownAsync()
    {
        _listener?.Dispose();
        await _accepting;
        foreach (var (socket, task) in _connections)
        {
            Reset(socket);
            await task;
        }
    }

    /// <summary>Listens again on the same port.</summary>
    public void GoUp() => Listen();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await GoDownAsync();
        _stop.Dispose();
        if (!_mistakes.IsEmpty)
            throw new AggregateException("The test origin itself failed", _mistakes);
    }

    internal static string PathOf(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    internal static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Already closed by the other side: the aim is reached.
        }

        socket.Dispose();
    }

    internal OriginReply ReplyTo(OriginCall call)
    {
        _calls.Enqueue(call);
        var path = PathOf(call.Target);
        if (_once.TryGetValue(path, out var queue) && queue.TryDequeue(out var once))
            return once;
        return _replies.TryGetValue(path, out var reply) ? reply : OriginReply.Error(404);
    }

    private void Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen(512);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stop.Token);
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }

            socket.NoDelay = true;
            var connection = new OriginConnection(this, socket, _stop.Token);
            var serving = new TaskCompletionSource();
            _connections[socket] = serving.Task;
            _ = Task.Run(async () =>
            {
                try
                {
                    await connection.ServeAsync();
                }
                catch (Exception mistake)
                {
                    // A fault of the kit's own must not look like one of the program under test.
                    _mistakes.Enqueue(mistake);
                    Reset(socket);
                }

                _connections.TryRemove(socket, out Task? _);
                serving.SetResult();
            });
        }
    }
}
