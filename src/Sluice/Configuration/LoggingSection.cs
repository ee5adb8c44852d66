namespace Sluice.Configuration;

/// <summary>What is logged, and how.</summary>
internal sealed class LoggingSection
{
    public string Level { get; set; } = "info";

    public string Format { get; set; } = "text";

    public string? AccessLog { get; set; }
}
