namespace Sluice.Configuration;

/// <summary>Who may send PURGE to the public listener.</summary>
internal sealed class EdgePurgeSection
{
    public IReadOnlyList<string> From { get; set; } = ["127.0.0.0/8", "::1/128"];

    public string? Token { get; set; }
}
