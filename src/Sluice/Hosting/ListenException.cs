using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Sluice.Configuration;

namespace Sluice.Hosting;

/// <summary>A listener could not be opened. The message is one line that says what to do.</summary>
internal sealed class ListenException(string message, Exception inner) : IOException(message, inner)
{
    /// <summary>Tries it: of two addresses that a server opens in turn, what it throws does not always tell which was the trouble.</summary>
    public static bool CanListen(ListenAddress listen)
    {
        try
        {
            using var socket = new Socket(listen.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(listen.Address, listen.Port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Turns what the server throws into words; null when it is about something else.</summary>
    public static ListenException? Explain(Exception error, ListenAddress listen, string flag)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                return new($"port {listen.Port} on {listen.Address} is in use by another program; stop it, or choose another port with {flag} {listen with { Port = listen.Port < 65535 ? listen.Port + 10 : 8081 }}", error);
            if (e is SocketException { SocketErrorCode: SocketError.AccessDenied })
                return new($"port {listen.Port} may not be opened by this user; choose one above 1023 with {flag} {listen with { Port = 8081 }}, or give the program the right to (setcap cap_net_bind_service)", error);
            if (e is SocketException { SocketErrorCode: SocketError.AddressNotAvailable })
                return new($"this machine has no address {listen.Address}; choose another with {flag}, such as {flag} 127.0.0.1:{listen.Port}", error);
        }
        return null;
    }
}
