using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sluice.S3.Objects;

/// <summary>Tells the operator what is wrong with the set-up, each thing once in a while: every request may run into it.</summary>
internal sealed class S3Complaints(string place, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    // Keyed by hints, of which there are few, so it stays small.
    private readonly ConcurrentDictionary<string, DateTimeOffset> said = new();

    /// <summary>Logs the hint, unless it was logged within the last ten minutes.</summary>
    public void Say(int status, string code, string hint)
    {
        var now = time.GetUtcNow();
        if (said.TryGetValue(hint, out var last) && now - last < Pause) return;
        said[hint] = now;
        log.LogWarning("{Place} answered {Status} {Code}. {Hint}", place, status, code, hint);
    }
}
