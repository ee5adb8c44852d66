namespace Sluice.Configuration;

/// <summary>TLS on the public listener: off while there is no certificate.</summary>
internal sealed class EdgeTlsSection
{
    public string? Certificate { get; set; }

    public string? Key { get; set; }

    public ListenAddress? Listen { get; set; }
}
