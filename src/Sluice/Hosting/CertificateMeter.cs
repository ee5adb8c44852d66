using System.Diagnostics.Metrics;

namespace Sluice.Hosting;

/// <summary>Tells how long the edge's certificate is good for, while the edge listens.</summary>
internal sealed class CertificateMeter : IDisposable
{
    private readonly Meter meter = new("Sluice.Edge");

    public CertificateMeter(Func<TimeSpan> remaining) => meter.CreateObservableGauge(
        "sluice.edge.certificate.remaining", () => remaining().TotalSeconds, "s", "Time until the certificate of the edge expires; negative once it has. Only with TLS.");

    public void Dispose() => meter.Dispose();
}
