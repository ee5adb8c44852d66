namespace Sluice.Monitoring.Alerts;

/// <summary>A place that messages are sent to.</summary>
internal interface IAlertSink
{
    /// <summary>Name in the log.</summary>
    string Name { get; }

    /// <summary>Delivers a message.</summary>
    /// <exception cref="IOException">It could not be delivered now; another attempt may succeed.</exception>
    Task SendAsync(byte[] json, AlertMessage message, CancellationToken cancellation);
}
