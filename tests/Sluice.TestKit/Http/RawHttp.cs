using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.TestKit.Http;

/// <summary>
/// A client connection that sends exactly the bytes it is given, and tells a complete answer from one that was cut:
/// for paths and headers no HTTP library would send, and for clients that leave or read slowly.
/// </summary>
public sealed class RawHttp : IDisposable
{
    /// <summary>How long a read waits for the next byte before the test fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly byte[] _input = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawHttp(Socket socket) => _socket = socket;

    /// <param name="receiveBuffer">Bytes of the socket's receive buffer: small, so that a slow reader is felt by the server.</param>
    public static async Task<RawHttp> ConnectAsync(Uri server, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes)
            socket.ReceiveBufferSize = bytes;
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port));
        return new RawHttp(socket);
    }

    /// <summary>One GET of a target sent undecoded and unchecked, on a connection of its own.</summary>
    public static async Task<RawResponse> GetAsync(Uri server, string target, params string[] headers)
    {
        using var connection = await ConnectAsync(server);
        await connection.SendAsync(Request("GET", target, server, headers));
        return await connection.ReadResponseAsync();
    }

    /// <summary>The text of a request; targets and headers are sent in Latin-1.</summary>
    public static string Request(string method, string target, Uri server, params string[] headers) =>
        $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.Port}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";

    public Task SendAsync(string request) => SendAsync(Encoding.Latin1.GetBytes(request));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    public async Task<RawResponse> ReadResponseAsync(bool ofHead = false, CancellationToken cancellation = default)
    {
        var head = await ReadHeadAsync(cancellation);
        if (head is null)
            return new RawResponse(0, new Dictionary<string, string>(), [], Complete: false);
        var (status, headers) = head.Value;
        if (ofHead || status is 204 or 304 || status < 200)
            return new RawResponse(status, headers, [], Complete: true);

        using var body = new MemoryStream();
        var complete = headers.TryGetValue("Transfer-Encoding", out var coding) && coding == "chunked"
            ? await ReadChunksAsync(body, cancellation)
            : await ReadBytesAsync(body, headers.TryGetValue("Content-Length", out var length) ? long.Parse(length, CultureInfo.InvariantCulture) : null, cancellation);
        return new RawResponse(status, headers, body.ToArray(), complete);
    }

    /// <summary>Status and headers of the next answer; null when the connection ended first.</summary>
    public async Task<(int Status, IReadOnlyDictionary<string, string> Headers)?> ReadHeadAsync(CancellationToken cancellation = default)
    {
        if (await ReadLineAsync(cancellation) is not { Length: > 0 } first)
            return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            var line = await ReadLineAsync(cancellation);
            if (line is null)
                return null;
            if (line.Length == 0)
                break;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var before) ? before + ", " + value : value;
        }

        return (int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture), headers);
    }

    /// <summary>Up to <paramref name="count"/> bytes of what comes next; fewer at the end of the connection.</summary>
    public async Task<byte[]> ReadSomeAsync(int count, CancellationToken cancellation = default)
    {
        using var body = new MemoryStream();
        await ReadBytesAsync(body, count, cancellation);
        return body.ToArray();
    }

    /// <summary>Leaves at once, as a viewer that closes the tab: the server sees a reset.</summary>
    public void Abort()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReadChunksAsync(MemoryStream body, CancellationToken cancellation)
    {
        while (await ReadLineAsync(cancellation) is { } line)
        {
            if (!int.TryParse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length))
                return false;
            if (length > 0 && !await ReadBytesAsync(body, length, cancellation))
                return false;
            if (await ReadLineAsync(cancellation) is not "")
                return false;
            if (length == 0)
                return true;
        }

        return false;
    }

    private async Task<bool> ReadBytesAsync(MemoryStream body, long? count, CancellationToken cancellation)
    {
        while (count is not 0)
        {
            if (!await FillAsync(cancellation))
                return count is null;
            var take = (int)Math.Min(_end - _start, count ?? long.MaxValue);
            body.Write(_input, _start, take);
            _start += take;
            count -= take;
        }

        return true;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (await FillAsync(cancellation))
        {
            var next = (char)_input[_start++];
            if (next == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append(next);
        }

        return null;
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start < _end)
            return true;
        try
        {
            (_start, _end) = (0, await _socket.ReceiveAsync(_input.AsMemory(), cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, cancellation));
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            _end = 0;
        }

        return _end > 0;
    }
}
