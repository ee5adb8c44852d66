using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Sluice.Core.Origins;
using Sluice.Core.Telemetry;

namespace Sluice.Edge.Telemetry;

/// <summary>Counts what an origin is asked and what it brings. One instrument set for all origins; the label is the origin's name.</summary>
internal sealed class MeteredOrigin(IOrigin origin, TimeProvider time) : IOrigin
{
    private static readonly Meter Meter = new("Sluice.Origin");
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("sluice.origin.requests", "{request}", "Requests to origins, by origin and by status class or failure; unanswered where all who waited left after five seconds or more, abandoned where they left before, and of variants whenever they left.");
    private static readonly Counter<long> Received = Meter.CreateCounter<long>("sluice.origin.received", "By", "Body bytes received from origins.");
    private static readonly Histogram<double> Waited = Meter.CreateHistogram<double>("sluice.origin.first_byte", "s", "Time from the request to the head of the origin's answer.");

    /// <summary>As long as that a viewer who leaves has waited for an answer: before, it says nothing of the origin.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    public string Name => origin.Name;

    public string Scope => origin.Scope;

    public OriginTraits Traits => origin.Traits;

    public async ValueTask<OriginResponse> FetchAsync(OriginRequest request, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        using var span = Tracing.Begin("origin", ActivityKind.Client);
        span?.SetTag("sluice.origin", Name);
        try
        {
            var response = await origin.FetchAsync(request, cancellation);
            Requests.Add(1, new("origin", Name), new("result", string.Create(CultureInfo.InvariantCulture, $"{response.Status / 100}xx")));
            Waited.Record(time.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>("origin", Name));
            span?.SetTag("http.response.status_code", response.Status);
            if (response.Status == 101) return response;
            return new OriginResponse
            {
                Status = response.Status, Headers = response.Headers, BodyLength = response.BodyLength, Range = response.Range, Version = response.Version,
                Trailers = response.Trailers,
                IsNearlyDone = response.IsNearlyDone,
                Body = new CountedStream(response, Name),
            };
        }
        catch (OriginException failure)
        {
            Requests.Add(1, new("origin", Name), new("result", failure.Failure.ToString().ToLowerInvariant()));
            span?.SetStatus(ActivityStatusCode.Error, failure.Failure.ToString());
            throw;
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more. An origin that hangs would be seen by nobody else: viewers leave before its time is over.
            // What is made takes its time.
            var isSilent = time.GetElapsedTime(began) >= Long && !Traits.HasFlag(OriginTraits.MadeAnew);
            Requests.Add(1, new("origin", Name), new("result", isSilent ? "unanswered" : "abandoned"));
            throw;
        }
    }

    /// <summary>Passes reads on, counts them, and with its end ends the response it belongs to.</summary>
    private sealed class CountedStream(OriginResponse response, string name) : BodyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await response.Body.ReadAsync(buffer, cancellationToken);
            Received.Add(count, new KeyValuePair<string, object?>("origin", name));
            return count;
        }

        public override async ValueTask DisposeAsync()
        {
            await response.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
