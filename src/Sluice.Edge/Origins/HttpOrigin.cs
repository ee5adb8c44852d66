using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using Sluice.Core.Origins;

namespace Sluice.Edge.Origins;

/// <summary>An HTTP/1.1 server as an origin. The request goes out as it was given, the answer comes back as it was sent, less what belongs to one connection.</summary>
/// <remarks>
/// <para>Lines of one name are joined by a comma on the way out (RFC 9110 section 5.3) and stay apart on the way back. Content-Length and Transfer-Encoding
/// among the given fields are not sent: the body decides. Redirects, cookies, compression and errors are passed through.</para>
/// <para>A GET or HEAD without a body is sent once more, on a new connection, when a kept one turns out to have been closed; nothing else is ever sent twice.</para>
/// </remarks>
public sealed class HttpOrigin : IOrigin, IDisposable
{
    private readonly HttpOriginOptions options;
    private readonly HttpOriginAddress address;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker invoker;
    private readonly HttpMessageInvoker anew;

    private HttpOrigin(string name, HttpOriginOptions options, HttpOriginAddress address, TimeProvider time)
    {
        Name = name;
        this.options = options;
        this.address = address;
        this.time = time;
        invoker = new HttpMessageInvoker(CreateHandler(options, time), disposeHandler: true);
        anew = new HttpMessageInvoker(CreateHandler(options with { ConnectionIdleTimeout = TimeSpan.Zero }, time), disposeHandler: true);
        // Behind one address there may be several sites, told apart by the Host field alone.
        Scope = options.Host is { } host ? $"{address.Scope}#{host.ToLowerInvariant()}" : address.Scope;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Scope { get; }

    /// <inheritdoc/>
    public OriginTraits Traits => OriginTraits.None;

    /// <summary>An origin for that URL. Nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message lists all that are.</exception>
    public static HttpOrigin Create(string name, HttpOriginOptions options, TimeProvider time)
    {
        var errors = string.Join(' ', options.Validate());
        if (errors.Length > 0) throw new ArgumentException(errors, nameof(options));
        _ = HttpOriginAddress.TryParse(options.Url, out var address);
        return new HttpOrigin(name, options, address!, time);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The request cannot be put on the wire: a method or field name that is not a token, a line break in a value, a path without a slash.</exception>
    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // SocketsHttpHandler would make a tunnel of it.
        if (request.Method.Equals("CONNECT", StringComparison.OrdinalIgnoreCase)) return HttpOriginResponse.NotImplemented();

        var deadline = new Deadline(time);
        HttpResponseMessage? response = null;
        OriginResponse? answer = null;
        try
        {
            deadline.Set(options.ResponseTimeout);
            using var message = HttpOriginRequest.Create(request, address, options, () => deadline.Set(options.ResponseTimeout));
            response = await SendAsync(message, deadline, cancellation);
            deadline.Clear();
            return answer = await HttpOriginResponse.CreateAsync(Name, request, response, deadline, options.IdleTimeout);
        }
        finally
        {
            if (answer is null)
            {
                response?.Dispose();
                deadline.Dispose();
            }
        }
    }

    /// <summary>Closes the connections that are kept.</summary>
    public void Dispose()
    {
        invoker.Dispose();
        anew.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, Deadline deadline, CancellationToken cancellation)
    {
        // Seen by what this method calls, not by what called it.
        var attempts = Attempts.Current = new Attempts(HttpOriginRequest.IsRepeatable(message));
        try
        {
            using var following = deadline.Follow(cancellation);
            try
            {
                return await invoker.SendAsync(message, deadline.Token);
            }
            catch (HttpRequestException) when (attempts.NeedsNewConnection)
            {
                // A reset is no reason for the handler to try again, as a close is; and it tries four connections, where there may be more that are kept.
                Attempts.Current = new Attempts(isSafe: false);
                return await anew.SendAsync(message, deadline.Token);
            }
        }
        catch (Exception) when (message.Content is HttpOriginContent { ReadFailure: { } clientFailure })
        {
            ExceptionDispatchInfo.Throw(clientFailure);
            throw;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (OperationCanceledException canceled) when (deadline.Token.IsCancellationRequested)
        {
            throw HttpOriginFailures.Timeout(Name, $"did not answer within {options.ResponseTimeout.TotalSeconds:0.###} s", canceled);
        }
        catch (OperationCanceledException canceled)
        {
            throw HttpOriginFailures.Timeout(Name, $"could not be reached within {options.ConnectTimeout.TotalSeconds:0.###} s", canceled, isUnsent: !attempts.IsSent);
        }
        catch (HttpRequestException failure)
        {
            // Of any method the handler goes on to another connection where a kept one was closed, and that one may be refused.
            throw HttpOriginFailures.OfRequest(Name, failure, attempts.IsSent);
        }
    }

    private static SocketsHttpHandler CreateHandler(HttpOriginOptions options, TimeProvider time) => new()
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = options.UseEnvironmentProxy,
        Proxy = options.UseEnvironmentProxy ? EnvironmentProxy.OfProcess : null,
        ActivityHeadersPropagator = null,
        // Field values are bytes to a cache; Latin-1 keeps each of them (RFC 9110 section 5.5).
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ConnectTimeout = options.ConnectTimeout,
        ConnectCallback = OriginDialer.With(time),
        Expect100ContinueTimeout = TimeSpan.FromSeconds(1),
        PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new ConnectionStream(context.PlaintextStream)),
        PooledConnectionIdleTimeout = options.ConnectionIdleTimeout,
        PooledConnectionLifetime = options.ConnectionLifetime,
        MaxConnectionsPerServer = options.MaximumConnections,
        MaxResponseHeadersLength = options.MaximumHeaderBytes / 1024,
        MaxResponseDrainSize = options.MaximumDrainBytes,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    };
}
