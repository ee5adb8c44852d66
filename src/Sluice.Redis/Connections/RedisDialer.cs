using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Connections;

/// <summary>Opens connections: socket, TLS, and the greeting (HELLO 3 with user and password, name, database).</summary>
internal sealed class RedisDialer(RedisOptions options, TimeProvider time)
{
    /// <summary>Opens one; the map that HELLO answers comes with it.</summary>
    /// <exception cref="RedisUnavailableException">No connection within the time allowed; the message says what to do.</exception>
    public async Task<(RedisConnection Connection, RedisGreeting Greeting)> ConnectAsync(string host, int port, Action<RespValue>? onPush, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        RedisConnection? connection = null;
        try
        {
            connection = new RedisConnection(await OpenAsync(host, port, either.Token), options, time, onPush);
            var greeting = await GreetAsync(connection, either.Token);
            return (connection, greeting);
        }
        catch (Exception thrown) when (thrown is IOException or SocketException or AuthenticationException or CryptographicException or UnauthorizedAccessException || (thrown is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            connection?.Close(thrown);
            throw new RedisUnavailableException(Explain(host, port, thrown), thrown);
        }
        catch
        {
            connection?.Close(new OperationCanceledException());
            throw;
        }
    }

    private async Task<Stream> OpenAsync(string host, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellation);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (!options.Tls) return stream;
            var secure = new SslStream(stream, leaveInnerStreamOpen: false);
            var settings = new SslClientAuthenticationOptions { TargetHost = host };
            if (options.TlsAuthority is { } file)
            {
                var roots = new X509Certificate2Collection();
                roots.ImportFromPemFile(file);
                settings.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                settings.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
            }

            await secure.AuthenticateAsClientAsync(settings, cancellation);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<RedisGreeting> GreetAsync(RedisConnection connection, CancellationToken cancellation)
    {
        List<RedisArgument> hello = ["HELLO", 3];
        if (options.Password is { Length: > 0 } password) hello.AddRange(["AUTH", options.User ?? "default", password]);
        hello.AddRange(["SETNAME", "sluice"]);
        var greeting = RedisGreeting.Read(await AskAsync(connection, cancellation, [.. hello]));
        if (greeting.IsSentinel) throw new IOException("it is a Sentinel, which holds no data. Give a name or proxy that leads to the primary it watches");
        if (options.Database > 0) await AskAsync(connection, cancellation, "SELECT", options.Database);
        return greeting;
    }

    private static ValueTask<RespValue> AskAsync(RedisConnection connection, CancellationToken cancellation, params ReadOnlySpan<RedisArgument> arguments)
    {
        using var command = new RedisCommand(arguments);
        return connection.SendAsync(command.Span, cancellation);
    }

    private string Explain(string host, int port, Exception thrown) => $"Redis at {host}:{port} cannot be used: " + thrown switch
    {
        RedisErrorException { Code: "WRONGPASS" or "NOAUTH" } => "it refuses the user or password. Check redis.user and redis.password",
        RedisErrorException { Code: "NOPERM" } refused => $"the user lacks a right ({refused.Text}). See docs/many-nodes.md, access list",
        RedisErrorException refused when refused.Code == "NOPROTO" || refused.Text.StartsWith("ERR unknown command", StringComparison.Ordinal) => $"{refused.Text}. Redis 7 or later is needed",
        OperationCanceledException => $"no answer within {options.ConnectTimeout.TotalSeconds:0.###} s",
        AuthenticationException => $"TLS failed: {thrown.Message}",
        // With TLS 1.3 the handshake is over by the time the server says so, and what it says is mostly lost.
        RedisUnavailableException when options.Tls => $"{thrown.Message.TrimEnd('.')}. So does a Redis that asks its clients for certificates, which nodes have none of: let it do without (tls-auth-clients no), and ask for a password",
        _ => thrown.Message.TrimEnd('.'),
    };
}
