using System.Net.Sockets;
using Sluice.Core.Origins;

namespace Sluice.Edge.Origins;

/// <summary>Says in the words of <see cref="OriginFailure"/> what an HTTP exchange threw.</summary>
internal static class HttpOriginFailures
{
    /// <summary>The failure of a request without an answer.</summary>
    public static OriginException OfRequest(string origin, HttpRequestException thrown, bool isSent) => thrown.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
            => Make(OriginFailure.Unreachable, origin, "could not be reached", thrown, isUnsent: !isSent),
        HttpRequestError.ResponseEnded => Make(OriginFailure.Truncated, origin, "closed the connection instead of answering", thrown),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError
            => Make(OriginFailure.Invalid, origin, "sent an answer that is not HTTP", thrown),
        _ when thrown.InnerException is IOException or SocketException => Make(OriginFailure.Truncated, origin, "broke the connection instead of answering", thrown),
        _ => Make(OriginFailure.Invalid, origin, "could not be asked", thrown),
    };

    /// <summary>The failure of reading a body.</summary>
    public static OriginException OfBody(string origin, Exception thrown) => thrown is HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse }
        ? Make(OriginFailure.Invalid, origin, "sent a body that is not HTTP", thrown)
        : Make(OriginFailure.Truncated, origin, "broke the connection within a body", thrown);

    /// <summary>Nothing came for too long.</summary>
    public static OriginException Timeout(string origin, string what, Exception? thrown = null, bool isUnsent = false) =>
        new(OriginFailure.Timeout, $"Origin {origin} {what}.", thrown) { IsUnsent = isUnsent };

    private static OriginException Make(OriginFailure failure, string origin, string what, Exception thrown, bool isUnsent = false)
    {
        // The innermost exception is the one that says something; the outer ones point to it.
        var cause = thrown;
        while (cause.InnerException is not null) cause = cause.InnerException;
        return new OriginException(failure, $"Origin {origin} {what}: {cause.Message.ReplaceLineEndings(" ")}", thrown) { IsUnsent = isUnsent };
    }
}
