using Sluice.Monitoring.History;

namespace Sluice.Monitoring.Measures;

/// <summary>What an origin was asked in a stretch of time. The dashboard and the alert call the same failing.</summary>
/// <param name="Requests">Requests to it.</param>
/// <param name="Failed">Those that brought no answer, or one of status 500 and above.</param>
/// <param name="Answered">Those that it answered. What is neither was abandoned by viewers who left at once, which says nothing of the origin.</param>
internal readonly record struct OriginCount(double Requests, double Failed, double Answered)
{
    /// <summary>Requests that must all have failed before an origin is called failing.</summary>
    public const int Few = 3;

    /// <summary>True when it was asked often enough and answered nothing.</summary>
    public bool IsFailing => Failed >= Few && !HasAnswered;

    public bool HasAnswered => Answered > 0;

    /// <summary>All origins of a stretch of time by name.</summary>
    public static Dictionary<string, OriginCount> Of(Window window)
    {
        var counts = new Dictionary<string, OriginCount>();
        foreach (var (series, found) in window.All)
        {
            // Where there are more sets of labels than may be, the rest is counted without them: of nobody knows which origin, and with what result.
            if (series.Instrument != MeasureNames.OriginRequests || series.Label("origin") is not { } name) continue;
            var result = series.Label("result");
            var before = counts.GetValueOrDefault(name);
            counts[name] = new OriginCount(before.Requests + found.Value, before.Failed + (IsFailure(result) ? found.Value : 0), before.Answered + (IsAnswer(result) ? found.Value : 0));
        }

        return counts;
    }

    /// <summary>True for a result of a request to an origin that is a failure.</summary>
    public static bool IsFailure(string? result) => !string.IsNullOrEmpty(result) && !IsAnswer(result) && result != "abandoned";

    private static bool IsAnswer(string? result) => result is "1xx" or "2xx" or "3xx" or "4xx";
}
