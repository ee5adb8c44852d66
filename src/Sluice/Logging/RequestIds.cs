using System.Buffers;

namespace Sluice.Logging;

/// <summary>Gives each request its id: the client's X-Request-Id when that is fit to be logged, else the server's own (row DBG-07).</summary>
internal static class RequestIds
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Request-Id";

    private const int Longest = 128;

    private static readonly SearchValues<char> Sane = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:+/=@");

    /// <summary>Settles the id, which from then on is the trace identifier, and echoes it.</summary>
    public static string Assign(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(Header, out var sent) && sent.Count == 1 && IsSane(sent[0]))
            context.TraceIdentifier = sent[0]!;
        var id = context.TraceIdentifier;
        context.Response.Headers[Header] = id;
        return id;
    }

    /// <summary>Echoes the id that was settled.</summary>
    public static Task EchoAsync(HttpContext context)
    {
        context.Response.Headers[Header] = context.TraceIdentifier;
        return Task.CompletedTask;
    }

    /// <summary>True for 1 to 128 letters, digits and -._:+/=@.</summary>
    public static bool IsSane(string? id) => id is { Length: > 0 and <= Longest } && !id.AsSpan().ContainsAnyExcept(Sane);
}
