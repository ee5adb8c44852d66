using System.Diagnostics;

namespace Sluice.Core.Telemetry;

/// <summary>Where spans come from: requests that have to wait, flights, and requests to origins. Hits are not traced: a span costs more than they do.</summary>
public static class Tracing
{
    /// <summary>The source's name, for whoever listens.</summary>
    public const string Name = "Sluice";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>True when somebody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Begins a span below the current one; null when nobody listens, or this trace is not sampled.</summary>
    public static Activity? Begin(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);
}
