using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Anomalies;

/// <summary>A measure that is compared with the same hour of the week.</summary>
/// <param name="Name">Word for it in rule names.</param>
/// <param name="Scope">Whose it is.</param>
/// <param name="Read">Its value in a window of an hour; null where there is too little.</param>
/// <param name="RelativeFloor">Least deviation as a share of the usual value.</param>
/// <param name="AbsoluteFloor">Least deviation in its own unit.</param>
/// <param name="Format">Its value as shown.</param>
internal sealed record HourlyMeasure(string Name, MeasureScope Scope, Func<Window, double?> Read, double RelativeFloor, double AbsoluteFloor, Func<double, string> Format)
{
    /// <summary>Traffic, hit rate, latency and errors of media and URLs.</summary>
    public static IReadOnlyList<HourlyMeasure> All(int minimumRequests) =>
    [
        .. MeasureScopes.All.SelectMany(scope => (HourlyMeasure[])
        [
            new("traffic", scope, window => scope.Requests(window), 0.1, minimumRequests / 3.0, value => MeasureText.Count(value) + " requests an hour"),
            new("hit-rate", scope, window => scope.Lookups(window) >= minimumRequests ? scope.HitRate(window) : null, 0, 1, value => MeasureText.Percent(value, 1)),
            new("latency", scope, window => scope.Whole(window) is { Count: > 0 } times && times.Count >= minimumRequests ? times.Percentile(0.95) : null, 0.15, 0.001, value => MeasureText.Milliseconds(value)),
            new("errors", scope, window => scope.Requests(window) >= minimumRequests ? scope.ErrorRate(window) : null, 0.1, 0.2, value => MeasureText.Percent(value, 2)),
        ]),
    ];
}
