using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Core.Objects;
using Sluice.Core.Origins;
using Sluice.Edge.Fields;
using Sluice.Edge.Freshness;
using Sluice.Edge.Origins;

namespace Sluice.Edge.Embedding;

/// <summary>One request of the cache's own to the app it is in.</summary>
internal sealed partial class PipelineExchange(IHttpContextFactory contexts, string method, ILogger logger)
{
    private readonly PipelineResponse response = new(method == "HEAD");
    private readonly CancellationTokenSource aborted = new();
    private bool isPersonal;

    /// <summary>Sends it. The app runs on its own from here on, until what this gives has ended.</summary>
    public Task Start(RequestDelegate pipeline, HttpRequestFeature request, HttpConnectionFeature connection)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        features.Set<IHttpConnectionFeature>(connection);
        features.Set<IHttpRequestLifetimeFeature>(new Lifetime(this));
        var (span, culture, words) = (Activity.Current, CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        // Only these flow on: a context of its own under IHttpContextAccessor would take the client's away from whoever stands before the cache.
        using (ExecutionContext.SuppressFlow())
            return Task.Run(() =>
            {
                (Activity.Current, CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (span, culture, words);
                return RunAsync(pipeline, features);
            });
    }

    /// <summary>Tells the app that nobody waits for its answer.</summary>
    public void Abort() => aborted.Cancel();

    /// <summary>Lets an answer go that nobody took.</summary>
    public void Discard()
    {
        Abort();
        response.Body.Dispose();
    }

    /// <summary>The answer, once its head is known.</summary>
    public async Task<OriginResponse> AnswerAsync(CancellationToken cancellation)
    {
        await response.Head.WaitAsync(cancellation);
        var status = response.StatusCode;
        var headers = HopByHop.Remove(response.Headers.SelectMany(line => line.Value.Select(value => new KeyValuePair<string, string>(line.Key, value ?? ""))));
        if (isPersonal) KeepFromOthers(headers, status);
        long? length = Digits.TryParseExact(headers.First("Content-Length"), out var declared) ? declared : null;
        var hasBody = method != "HEAD" && status is not (204 or 304);
        var bodyLength = hasBody ? length : 0;
        return new PipelineAnswer(this)
        {
            Status = status,
            Headers = headers,
            Body = response.Body,
            BodyLength = bodyLength,
            Range = HttpOriginResponse.PartOf(status, headers, bodyLength, hasBody, out var whole),
            Version = HttpOriginResponse.VersionOf(status, headers, length, whole),
        };
    }

    private async Task RunAsync(RequestDelegate pipeline, FeatureCollection features)
    {
        var context = contexts.Create(features);
        // The first that is registered runs last, when the app knows who asks.
        context.Response.OnStarting(() =>
        {
            isPersonal = IsSignedIn(context);
            return Task.CompletedTask;
        });
        try
        {
            await pipeline(context);
            await response.CompleteAsync();
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            response.Fail(new OriginException(OriginFailure.Truncated, "Nobody waited for the app's answer."));
        }
        catch (Exception failure)
        {
            // Whatever an app throws would, without a cache, reach the server, which says no more than this either.
            LogFailed(features.GetRequiredFeature<IHttpRequestFeature>().Path, failure);
            // Nothing else asks, since an answer that fails has no OnStarting; a 404 may be kept.
            if (!response.HasStarted) isPersonal = IsSignedIn(context);
            response.Fail(new OriginException(OriginFailure.Truncated, "The app failed within a body.", failure), (failure as BadHttpRequestException)?.StatusCode ?? 500);
        }
        finally
        {
            await FinishAsync(context);
        }
    }

    private static bool IsSignedIn(HttpContext context) => context.User.Identity?.IsAuthenticated == true;

    /// <summary>What was made for somebody who is signed in is for others only where it says so, as with Authorization (RFC 9111 section 3.5): by a cookie or a certificate the request does not tell.</summary>
    private static void KeepFromOthers(HeaderList headers, int status)
    {
        var rules = CacheRules.Read(headers);
        if (rules.IsExplicitlyShared || rules.ForbidsStoring(status) is not null) return;
        headers.Set("Cache-Control", headers.Combined("Cache-Control") is { Length: > 0 } said ? $"{said}, private" : "private");
    }

    private async Task FinishAsync(HttpContext context)
    {
        // The answer is out; a callback of the app's that fails now must not be lost without a word, nor keep the others from running, of which one lets the request's services go.
        await response.FinishAsync(failure => LogFailed(context.Request.Path, failure));
        contexts.Dispose(context);
    }

    [LoggerMessage(1020, LogLevel.Error, "{Path}: the app threw an exception that it did not handle")]
    private partial void LogFailed(string path, Exception failure);

    private sealed class Lifetime(PipelineExchange exchange) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = exchange.aborted.Token;

        /// <summary>The app breaks its answer off, as a reverse proxy does whose own upstream has. Without a length nothing else tells a part from the whole.</summary>
        public void Abort()
        {
            exchange.response.Fail(new OriginException(OriginFailure.Truncated, "The app aborted its answer."));
            exchange.Abort();
        }
    }

    private sealed class PipelineAnswer(PipelineExchange exchange) : OriginResponse
    {
        public override ValueTask DisposeAsync()
        {
            // Who has got all of it has not left: what the app does after its answer, as to write down who asked, is not to be broken off.
            if (!exchange.response.IsWhole) exchange.Abort();
            return base.DisposeAsync();
        }
    }
}
