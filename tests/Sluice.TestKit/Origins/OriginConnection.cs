using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sluice.TestKit.Origins;

/// <summary>One connection of a <see cref="FaultyOrigin"/>: reads requests, writes what the script says.</summary>
internal sealed class OriginConnection(FaultyOrigin origin, Socket socket, CancellationToken stop)
{
    private readonly byte[] _input = new byte[64 * 1024];
    private int _filled;

    internal async Task ServeAsync()
    {
        try
        {
            while (await ReadCallAsync() is { } call)
            {
                if (!await AnswerAsync(call, origin.ReplyTo(call)))
                {
                    FaultyOrigin.Reset(socket);
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client left or the origin went down.
        }

        socket.Dispose();
    }

    private async Task<OriginCall?> ReadCallAsync()
    {
        if (await ReadUntilAsync("\r\n\r\n") is not { } head)
            return null;
        var lines = head.Split("\r\n");
        var first = lines[0].Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = line[(colon + 1)..].Trim();
            headers[line[..colon]] = headers.TryGetValue(line[..colon], out var before) ? before + ", " + value : value;
        }

        await SkipBodyAsync(headers);
        return new OriginCall(first[0], first[1], headers);
    }

    /// <summary>Reads a request's body away, so that it is not taken for the next request.</summary>
    private async Task SkipBodyAsync(Dictionary<string, string> headers)
    {
        if (headers.TryGetValue("Content-Length", out var length))
        {
            await SkipAsync(long.Parse(length, CultureInfo.InvariantCulture));
        }
        else if (headers.ContainsKey("Transfer-Encoding"))
        {
            while (await ReadUntilAsync("\r\n") is { } line && long.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var chunk)
                await SkipAsync(chunk + 2);
            await ReadUntilAsync("\r\n");
        }
    }

    private async Task SkipAsync(long count)
    {
        while (count > 0 && (_filled > 0 || await FillAsync()))
        {
            var take = (int)Math.Min(count, _filled);
            Take(take);
            count -= take;
        }
    }

    private async Task<string?> ReadUntilAsync(string mark)
    {
        int end;
        while ((end = _input.AsSpan(0, _filled).IndexOf(Encoding.ASCII.GetBytes(mark))) < 0)
        {
            if (!await FillAsync())
                return null;
        }

        var text = Encoding.Latin1.GetString(_input, 0, end);
        Take(end + mark.Length);
        return text;
    }

    private async Task<bool> FillAsync()
    {
        var read = await socket.ReceiveAsync(_input.AsMemory(_filled), stop);
        _filled += read;
        return read > 0;
    }

    private void Take(int count)
    {
        _input.AsSpan(count, _filled - count).CopyTo(_input);
        _filled -= count;
    }

    /// <summary>False: the connection is to be broken.</summary>
    private async Task<bool> AnswerAsync(OriginCall call, OriginReply reply)
    {
        if (reply.ClosesInsteadOfAnswering)
            return false;
        if (reply.NeverAnswers)
        {
            // Ends when the client gives up (0 bytes) or the origin goes down.
            while (await socket.ReceiveAsync(_input.AsMemory(), stop) > 0)
            {
            }

            return false;
        }

        if (reply.HeadDelay > TimeSpan.Zero)
            await Task.Delay(reply.HeadDelay, TimeProvider.System, stop);
        await reply.HeadHeld.WaitAsync(stop);

        var selection = OriginSelection.For(call, reply);
        call.Status = selection.Status;
        var bodiless = call.Method == "HEAD" || selection.Status == 304;
        await SendAsync(Encoding.Latin1.GetBytes(Head(reply, selection)));
        if (bodiless)
            return true;
        return await SendBodyAsync(call, reply, selection) && reply.LengthLie == 0;
    }

    private static string Head(OriginReply reply, OriginSelection selection)
    {
        var head = new StringBuilder();
        var invariant = CultureInfo.InvariantCulture;
        head.Append(invariant, $"HTTP/1.1 {selection.Status} Scripted\r\nDate: {TimeProvider.System.GetUtcNow():R}\r\n");
        if (reply.ETag is not null)
            head.Append(invariant, $"ETag: {reply.ETag}\r\n");
        if (reply.LastModified is { } modified)
            head.Append(invariant, $"Last-Modified: {modified:R}\r\n");
        if (reply.CacheControl is not null)
            head.Append(invariant, $"Cache-Control: {reply.CacheControl}\r\n");
        foreach (var (name, value) in reply.Headers)
            head.Append(invariant, $"{name}: {value}\r\n");
        if (selection.Status == 304)
            return head.Append("\r\n").ToString();
        head.Append(invariant, $"Content-Type: {reply.ContentType}\r\n");
        if (reply.Status == 200 && !reply.IgnoreRange)
            head.Append("Accept-Ranges: bytes\r\n");
        if (selection.ContentRange is not null)
            head.Append(invariant, $"Content-Range: {selection.ContentRange}\r\n");
        if (reply.Chunked)
            head.Append("Transfer-Encoding: chunked\r\n");
        else
            head.Append(invariant, $"Content-Length: {selection.Length + reply.LengthLie}\r\n");
        return head.Append("\r\n").ToString();
    }

    /// <summary>False: the reply says to cut here.</summary>
    private async Task<bool> SendBodyAsync(OriginCall call, OriginReply reply, OriginSelection selection)
    {
        var buffer = new byte[reply.PieceDelay > TimeSpan.Zero ? reply.PieceLength : 256 * 1024];
        var held = reply.HoldAfter is not null;
        long sent = 0;
        if (held && reply.HoldAfter == 0)
            await reply.Held.WaitAsync(stop);
        while (sent < selection.Length)
        {
            var length = Math.Min(buffer.Length, selection.Length - sent);
            if (reply.CutAfter is { } cut)
                length = Math.Min(length, cut - sent);
            if (held && sent < reply.HoldAfter)
                length = Math.Min(length, reply.HoldAfter!.Value - sent);
            if (length <= 0)
                return false;

            var piece = buffer.AsMemory(0, (int)length);
            reply.Body.Read(selection.Offset + sent, piece);
            // Counted first: whoever receives these bytes may look at the count at once.
            call.Sent((int)length);
            if (reply.Chunked)
                await SendAsync(Encoding.ASCII.GetBytes($"{length:x}\r\n"));
            await SendAsync(piece);
            if (reply.Chunked)
                await SendAsync("\r\n"u8.ToArray());
            sent += length;
            if (held && sent == reply.HoldAfter)
                await reply.Held.WaitAsync(stop);
            if (reply.PieceDelay > TimeSpan.Zero && sent < selection.Length)
                await Task.Delay(reply.PieceDelay, TimeProvider.System, stop);
        }

        if (reply.Chunked)
            await SendAsync(Encoding.ASCII.GetBytes($"0\r\n{string.Concat(reply.Trailers.Select(line => line + "\r\n"))}\r\n"));
        if (reply.LengthLie > 0)
        {
            // A clean end short of the promise, not a reset: the reader must notice by counting.
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(_input.AsMemory(), stop) > 0)
            {
            }
        }

        return true;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, stop)..];
    }
}
