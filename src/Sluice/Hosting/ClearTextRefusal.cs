using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sluice.Hosting;

/// <summary>Tells who speaks HTTP in clear text to the port of TLS that it is one, as nginx does: a connection that just ends tells them nothing.</summary>
internal static class ClearTextRefusal
{
    /// <summary>How long a connection may say nothing before the limit of the handshake takes over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static ReadOnlyMemory<byte> Answer { get; } =
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis port speaks TLS only: use https.\n"u8.ToArray();

    /// <summary>Does so on an endpoint. To be called before it is told to speak TLS.</summary>
    public static void Use(ListenOptions endpoint, TimeProvider time) => endpoint.Use(next => connection => ServeAsync(connection, next, time));

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, TimeProvider time)
    {
        if (await IsClearTextAsync(connection.Transport.Input, time)) await connection.Transport.Output.WriteAsync(Answer);
        else await next(connection);
    }

    /// <summary>Looks at the first byte and leaves it: a method begins with a letter, and nothing of TLS does.</summary>
    private static async ValueTask<bool> IsClearTextAsync(PipeReader input, TimeProvider time)
    {
        await using var patience = time.CreateTimer(static state => ((PipeReader)state!).CancelPendingRead(), input, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            var start = (await input.ReadAsync()).Buffer;
            var isClearText = !start.IsEmpty && char.IsAsciiLetterUpper((char)start.FirstSpan[0]);
            input.AdvanceTo(start.Start);
            return isClearText;
        }
        catch (IOException)
        {
            // The client is gone; the server finds out for itself and tidies up.
            return false;
        }
    }
}
