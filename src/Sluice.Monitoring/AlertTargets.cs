namespace Sluice.Monitoring;

/// <summary>Where alerts and reports are sent, beside the log.</summary>
public sealed class AlertTargets
{
    /// <summary>A URL that takes a POST of JSON. Default: none.</summary>
    public Uri? Webhook { get; set; }

    /// <summary>The key of the signature in X-Sluice-Signature; null sends none. Default: none.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>A program with its arguments, separated by spaces, that gets the JSON on its standard input. Default: none.</summary>
    public string? Command { get; set; }
}
