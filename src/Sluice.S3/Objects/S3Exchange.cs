using Sluice.Core.Origins;

namespace Sluice.S3.Objects;

/// <summary>Sends requests to a bucket: time limits, repetition while no byte has come, remedies for what can be put right.</summary>
/// <param name="name">The origin's.</param>
/// <param name="options">Limits.</param>
/// <param name="bucket">Whom to ask, and how to sign.</param>
/// <param name="http">Keeps connections.</param>
/// <param name="anew">Keeps none: where one that was kept is dead, as after a failover, the others are as well.</param>
/// <param name="time">Clock.</param>
internal sealed class S3Exchange(string name, S3OriginOptions options, S3Bucket bucket, HttpMessageInvoker http, HttpMessageInvoker anew, TimeProvider time)
{
    private const int FirstBytes = 4096;

    /// <summary>Asks until there is an answer, or the last repetition failed too.</summary>
    /// <exception cref="OriginException">No answer.</exception>
    public async ValueTask<S3Answer> SendAsync(S3Ask ask, CancellationToken cancellation)
    {
        var done = S3Bucket.Remedies.None;
        var by = http;
        for (var repeated = 0; ; repeated++)
        {
            try
            {
                var (sent, answer) = await AttemptAsync(by, ask, done, cancellation);
                while (bucket.Remedy(answer, sent, ref done))
                {
                    answer.Dispose();
                    (sent, answer) = await AttemptAsync(by, ask, done, cancellation);
                }
                if (ask.Method == HttpMethod.Head && (answer.Status == 404 || (IsRefusal(answer) && !answer.Anonymous))) answer = await ExplainAsync(ask, answer, done, cancellation);
                if (repeated >= options.Retries || answer.Status is not (429 or 500 or 502 or 503 or 504)) return answer;
                answer.Dispose();
            }
            catch (OriginException failure)
            {
                S3Telemetry.Request(name, 0);
                // Waiting another half minute for a server that accepted the request helps nobody.
                if (repeated >= options.Retries || failure.Failure is OriginFailure.Timeout or OriginFailure.Invalid) throw;
                by = anew;
            }
            S3Telemetry.Retry(name);
            var pause = Math.Min(2_000, options.RetryPause.TotalMilliseconds * (1 << repeated)) * (0.5 + Random.Shared.NextDouble());
            await Task.Delay(TimeSpan.FromMilliseconds(pause), time, cancellation);
        }
    }

    private static bool IsRefusal(S3Answer answer) => answer.Status is 400 or 401 or 403;

    // A refused HEAD has no document that says why: a GET is told, and has put right what can be, such as credentials that expired. Of a 404 it tells whether it is the object or the bucket that is not there.
    private async ValueTask<S3Answer> ExplainAsync(S3Ask ask, S3Answer refused, S3Bucket.Remedies done, CancellationToken cancellation)
    {
        using var told = await SendAsync(ask with { Method = HttpMethod.Get, Fields = [new("Range", "bytes=0-0")] }, cancellation);
        return IsRefusal(told) || told.Status == refused.Status ? refused with { Error = told.Error } : (await AttemptAsync(http, ask, done, cancellation)).Answer;
    }

    private async ValueTask<(S3Bucket.Prepared Sent, S3Answer Answer)> AttemptAsync(HttpMessageInvoker by, S3Ask ask, S3Bucket.Remedies done, CancellationToken cancellation)
    {
        var sent = await bucket.PrepareAsync(ask, done, cancellation);
        var answer = await AttemptAsync(by, sent.Message, sent.SignedWith is null, cancellation);
        S3Telemetry.Request(name, answer.Status);
        return (sent, answer with { Unsigned = answer.Anonymous && bucket.HasCredentials });
    }

    private async ValueTask<S3Answer> AttemptAsync(HttpMessageInvoker by, HttpRequestMessage message, bool anonymous, CancellationToken cancellation)
    {
        var patience = new S3Patience(name, options.IdleTimeout, time);
        HttpResponseMessage? response = null;
        try
        {
            patience.Allow(options.FirstByteTimeout);
            using var registration = patience.Follow(cancellation);
            response = await by.SendAsync(message, patience.Token);
            var body = await response.Content.ReadAsStreamAsync(patience.Token);
            var status = (int)response.StatusCode;
            if (message.Method != HttpMethod.Get || status is 304) return Ended(new(response, Stream.Null, S3Error.None, anonymous), patience);
            if (status is not (200 or 206)) return Ended(new(response, Stream.Null, await ReadErrorAsync(body, patience), anonymous), patience);

            // The first bytes are taken before the answer is given, so that a connection that breaks before them can be tried again unseen.
            var first = new byte[(int)Math.Min(FirstBytes, response.Content.Headers.ContentLength ?? FirstBytes)];
            var count = first.Length == 0 ? 0 : await body.ReadAsync(first, patience.Token);
            patience.Rest();
            return new(response, new S3Body(response, body, first.AsMemory(0, count), patience), S3Error.None, anonymous);
        }
        catch (Exception failure)
        {
            response?.Dispose();
            patience.Dispose();
            if (Translate(failure, response is not null, cancellation) is { } translated) throw translated;
            throw;
        }
    }

    private static S3Answer Ended(S3Answer answer, S3Patience patience)
    {
        answer.Response.Dispose();
        patience.Dispose();
        return answer;
    }

    private static async ValueTask<S3Error> ReadErrorAsync(Stream body, S3Patience patience)
    {
        var document = new byte[S3Error.MaximumBytes];
        var length = 0;
        try
        {
            int count;
            while (length < document.Length && (count = await body.ReadAsync(document.AsMemory(length), patience.Token)) > 0) length += count;
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            // The status says enough; the document only says why.
        }
        return S3Error.Parse(document.AsMemory(0, length));
    }

    private OriginException? Translate(Exception failure, bool answered, CancellationToken cancellation)
    {
        switch (failure)
        {
            // This is how a connect timeout of the handler shows; our own limit cancels without a reason inside.
            case OperationCanceledException { InnerException: TimeoutException } when !cancellation.IsCancellationRequested && !answered:
                return new(OriginFailure.Unreachable, $"{name} did not accept a connection within {options.ConnectTimeout.TotalSeconds:0.#} s.", failure);
            case OperationCanceledException:
                cancellation.ThrowIfCancellationRequested();
                return new(OriginFailure.Timeout, $"{name} sent no byte within {options.FirstByteTimeout.TotalSeconds:0.#} s.", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }:
                return new(OriginFailure.Invalid, $"{name} sent an answer that is not HTTP.", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                return new(OriginFailure.Unreachable, $"{name}: no such host as {bucket.Address.Host}.", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                var why = failure.InnerException?.Message ?? failure.Message;
                // Of a server that answers without TLS the runtime says that a frame is corrupted.
                var scheme = why.Contains("certificate", StringComparison.OrdinalIgnoreCase) ? "" : " One that speaks no TLS is named by http://.";
                return new(OriginFailure.Unreachable, $"{name}: no secure connection to {bucket.Address.Host}: {why}{scheme}", failure);
            case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: IOException }:
            case IOException and not OriginException:
                return new(OriginFailure.Truncated, $"{name} ended the connection before it had answered.", failure);
            case HttpRequestException:
                return new(OriginFailure.Unreachable, $"{name} cannot be reached at {bucket.Address.Root}: {failure.Message}", failure);
            default:
                return null;
        }
    }
}
