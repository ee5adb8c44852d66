using System.Diagnostics.Metrics;

namespace Sluice.S3.Objects;

/// <summary>What is counted about requests to buckets.</summary>
internal static class S3Telemetry
{
    private static readonly Meter Meter = new("Sluice.S3");
    private static readonly Counter<long> Requests = Meter.CreateCounter<long>("sluice.s3.requests", "{request}", "Requests sent to a bucket, by origin and status (0: no answer).");
    private static readonly Counter<long> Retries = Meter.CreateCounter<long>("sluice.s3.retries", "{request}", "Requests to a bucket that were repeated, by origin.");

    /// <summary>Counts a request by how it ended.</summary>
    public static void Request(string origin, int status) => Requests.Add(1, new("origin", origin), new KeyValuePair<string, object?>("status", status));

    /// <summary>Counts a repetition.</summary>
    public static void Retry(string origin) => Retries.Add(1, new KeyValuePair<string, object?>("origin", origin));
}
